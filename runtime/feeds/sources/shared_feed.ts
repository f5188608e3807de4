import { canonicalJson } from "../../../contracts/json/canonical_json.ts";
import type { FeedSource } from "../feed_yield.ts";
import { leaveSource } from "../leave_source.ts";
import { SharedYield } from "../shared_yield.ts";
import { SlowSubscriber } from "../slow_subscriber.ts";
import { pullAll } from "./pull_all.ts";
import { BoundedBuffer, LastOfEach } from "./yield_buffer.ts";
import { type YieldIterator, YieldQueue } from "./yield_queue.ts";

/** Values that may wait for one subscriber, beside those on their way to it. */
const MOST_WAITING = 1024;

/** How a source is shared. */
export interface SharedFeedOptions {
  /** True to give those who come later the last value first, of each `key` where values have keys. */
  readonly last?: boolean;
  /**
   * What becomes of a subscriber who does not take what comes. `"end"`, unless said otherwise: after 1024 values that
   * wait it has to subscribe again, and learns of the gap. `"conflate"`: of what waits, it gets the last of each
   * `key`. Others notice nothing.
   */
  readonly whenSlow?: "end" | "conflate";
}

/** What a shared source is opened with: nothing of who subscribes, because others get the same. */
export interface SharedArguments<Input, Client, Deps> {
  readonly input: Input;
  readonly client: Client;
  readonly deps: Deps;
  /** Aborts when nobody subscribes any more. */
  readonly signal: AbortSignal;
}

/** What the handler is given. */
interface SharedRequest<Input, Client, Deps> {
  readonly input: Input;
  readonly client: Client;
  readonly deps: Deps;
  readonly cursor: string | undefined;
}

/**
 * Makes the handler of a feed that opens one source for all subscribers with the same input in this process. Those
 * who come later get what comes from then on.
 *
 * ```ts
 * import { defineHandlers, defineServiceContract, sharedFeed } from "@qlever-llc/trellis";
 * import { Type } from "@sinclair/typebox";
 *
 * const contract = defineServiceContract(
 *   { schemas: { Which: Type.Object({ everyMs: Type.Integer() }), Load: Type.Object({ load: Type.Number() }) } },
 *   (ref) => ({
 *     id: "host@v1",
 *     displayName: "Host",
 *     description: "Tells its load.",
 *     feeds: {
 *       "Load.Ticks": { version: "v1", input: ref.schema("Which"), event: ref.schema("Load") },
 *     },
 *   }),
 * );
 * const handlers = defineHandlers(contract, {
 *   feeds: {
 *     "Load.Ticks": sharedFeed(async function* ({ input, signal }) {
 *       while (!signal.aborted) {
 *         yield { value: { load: Math.random() } };
 *         await new Promise((resolve) => setTimeout(resolve, input.everyMs));
 *       }
 *     }, { last: true }),
 *   },
 * });
 * ```
 */
export function sharedFeed<Input, Client, Deps, T, E = never>(
  open: (shared: SharedArguments<Input, Client, Deps>) => FeedSource<T, E>,
  { last = false, whenSlow = "end" }: SharedFeedOptions = {},
): (request: SharedRequest<Input, Client, Deps>) => FeedSource<T, E> {
  const sources = new Map<string, SharedSource<T, E>>();
  return ({ input, client, deps, cursor }) => ({
    [Symbol.asyncIterator]() {
      const key = canonicalJson(input);
      const known = sources.get(key);
      if (known !== undefined) return known.join(cursor !== undefined);
      const source = new SharedSource<T, E>({ last, whenSlow }, () => {
        if (sources.get(key) === source) sources.delete(key);
      });
      const opened = open({ input, client, deps, signal: source.signal });
      sources.set(key, source);
      const joined = source.join(cursor !== undefined);
      source.run(opened);
      return joined;
    },
  });
}

/** One source, and those who get what it gives. */
class SharedSource<T, E> {
  readonly #options: Required<SharedFeedOptions>;
  readonly #onEnd: () => void;
  readonly #ends = new AbortController();
  readonly #queues = new Set<YieldQueue<T, E>>();
  readonly #last = new LastOfEach<T>();
  #items: YieldIterator<T, E> | undefined;

  /** @param onEnd called when whoever comes next has to open another one */
  constructor(options: Required<SharedFeedOptions>, onEnd: () => void) {
    this.#options = options;
    this.#onEnd = onEnd;
  }

  /** Aborts when nobody subscribes any more. */
  get signal(): AbortSignal {
    return this.#ends.signal;
  }

  /** Gives everybody what comes. */
  async run(source: FeedSource<T, E>): Promise<void> {
    try {
      const items = this.#items = source[Symbol.asyncIterator]();
      const result = await pullAll(items, (item) => this.#give(new SharedYield(item)));
      this.#end((queue) => queue.end({ result }));
    } catch (cause) {
      this.#end((queue) => queue.end({ cause }));
    }
  }

  /** Another subscriber. @param isLater true for one that has had values before, and may have missed some */
  join(isLater: boolean): YieldIterator<T, E> {
    const buffer = this.#options.whenSlow === "conflate"
      ? new LastOfEach<T>()
      : new BoundedBuffer<T>(MOST_WAITING + this.#last.size);
    const queue = new YieldQueue<T, E>(buffer, () => {
      this.#queues.delete(queue);
      if (this.#queues.size === 0) this.#leave();
    }, isLater);
    this.#queues.add(queue);
    for (const item of this.#last.items) queue.push(item);
    return queue[Symbol.asyncIterator]();
  }

  #give(item: SharedYield<T>): void {
    if (this.#options.last) this.#last.push(item);
    for (const queue of this.#queues) {
      if (queue.push(item)) continue;
      this.#queues.delete(queue);
      queue.end({ cause: new SlowSubscriber() });
    }
    if (this.#queues.size === 0) this.#leave();
  }

  #end(end: (queue: YieldQueue<T, E>) => void): void {
    if (this.signal.aborted) return;
    this.#onEnd();
    this.#ends.abort();
    for (const queue of this.#queues) end(queue);
    this.#queues.clear();
  }

  #leave(): void {
    if (this.signal.aborted) return;
    this.#onEnd();
    this.#ends.abort();
    if (this.#items !== undefined) leaveSource(this.#items);
  }
}
