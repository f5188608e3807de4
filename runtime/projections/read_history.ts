import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ApiFailure } from "../nats/jetstream/api_answer.ts";
import { type DeliveredMessage, PushDelivery } from "../nats/jetstream/push_delivery.ts";
import type { StreamApi } from "../nats/jetstream/stream_api.ts";

/** Messages of one filter that wait for those of others, before the server is asked to pause. */
const MOST_WAITING = 10_000;
/** Milliseconds until the server must have begun. */
const BEGIN_MS = 10_000;

/** One filter's messages, in order. */
interface Source {
  readonly delivery: PushDelivery;
  waiting: DeliveredMessage[];
  /** The next of them. */
  at: number;
  /** Messages that have come. */
  came: number;
  /** Messages that there were at the beginning; undefined: it is not known yet. */
  count: number | undefined;
  proceed: (() => void) | undefined;
}

/** What of a history is read. */
export interface ReadHistoryOptions {
  /** True for the newest message of each subject alone. */
  readonly newest?: boolean;
}

/**
 * Reads what a stream holds of some filters at the beginning, in the order of the stream. Each filter is read by
 * a consumer of its own, because a session may make consumers of single filters alone. Where `each` answers a
 * promise, the next message waits for it, and so does the server in the end.
 */
export async function readHistory(
  stream: StreamApi,
  filters: readonly string[],
  each: (message: DeliveredMessage) => void | Promise<void>,
  signal: AbortSignal,
  { newest = false }: ReadHistoryOptions = {},
): Promise<Result<void, ApiFailure>> {
  if (signal.aborted) return err({ kind: "closed" });
  const { promise, resolve, reject } = Promise.withResolvers<Result<void, ApiFailure>>();
  const sources: Source[] = [];
  let [isWaiting, isOver] = [false, false];
  const merge = () => {
    while (!isWaiting && !isOver) {
      let next: Source | undefined;
      for (const source of sources) {
        const head = source.waiting[source.at];
        if (head === undefined) {
          if (source.came !== source.count) return;
        } else if (next === undefined || head.sequence < next.waiting[next.at]!.sequence) {
          next = source;
        }
      }
      if (next === undefined) return resolve(ok());
      const taken = each(next.waiting[next.at++]!);
      if (taken !== undefined) {
        isWaiting = true;
        taken.then(() => {
          isWaiting = false;
          merge();
        }, reject);
      }
      if (next.at === next.waiting.length) [next.waiting, next.at] = [[], 0];
      if (next.proceed !== undefined && next.waiting.length - next.at < MOST_WAITING) {
        next.proceed();
        next.proceed = undefined;
      }
    }
  };
  const onAbort = () => {
    isOver = true;
    resolve(err({ kind: "closed" }));
  };
  signal.addEventListener("abort", onAbort);
  for (const filter of filters) {
    const source: Source = {
      waiting: [],
      at: 0,
      came: 0,
      count: undefined,
      proceed: undefined,
      delivery: new PushDelivery(stream, {
        filter,
        from: newest ? undefined : 1,
        headersOnly: false,
      }, {
        message: (message) => {
          // What was stored since is left to those who follow.
          if (source.came === source.count) return source.delivery.stop();
          source.came++;
          source.waiting.push(message);
          if (message.pending === 0) source.count = source.came;
          merge();
        },
        flow: (proceed) => {
          if (source.waiting.length - source.at < MOST_WAITING) proceed();
          else source.proceed = proceed;
        },
        idle: () => {
          source.count = source.came;
          merge();
        },
        broken: (why) => resolve(err(why ?? { kind: "lost" })),
      }),
    };
    sources.push(source);
  }
  const begun = await Promise.all(
    sources.map(async (source) => {
      const count = await source.delivery.start(performance.now() + BEGIN_MS);
      // What came before the answer may be counted twice: then the end is told by what comes last.
      if (count.isOk()) source.count ??= count.value;
      return count.take();
    }),
  );
  const failed = begun.find(isErr);
  if (failed !== undefined) resolve(failed);
  else merge();
  try {
    return await promise;
  } finally {
    isOver = true;
    signal.removeEventListener("abort", onAbort);
    for (const { delivery } of sources) delivery.stop();
  }
}
