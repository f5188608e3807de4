/** Follows a feed for as long as the load lasts, and notes in which order its values have come. */
import { type BodyOf, isErr, type TrellisClient } from "../../../mod.ts";
import { nameOf, type Tallies } from "./tallies.ts";
import type { visitor } from "./yard.ts";

/** Milliseconds until a subscription that failed is tried again. */
const AGAIN_MS = 200;

/** What was wrong with what one follower has seen. */
export interface FollowFaults {
  /** Acknowledged, and never told. */
  readonly missed: readonly string[];
  /** Told more than once. */
  readonly doubled: readonly string[];
  /** Told behind what the same caller has made after it. */
  readonly disordered: readonly string[];
  /** Before these, values were said to be missing, and why. */
  readonly gaps: readonly string[];
  /** How it has ended by itself. */
  readonly ended: readonly string[];
}

/** Follows what is made, and goes on by the cursor of the value that came last. */
export class Follower {
  readonly #client: TrellisClient<BodyOf<typeof visitor>>;
  readonly #tallies: Tallies;
  readonly #most: number;
  readonly #ends = new AbortController();
  readonly #order: string[] = [];
  readonly #seen = new Set<string>();
  readonly #doubled: string[] = [];
  readonly #gaps: string[] = [];
  readonly #ended: string[] = [];
  readonly #following: Promise<void>;

  /** @param most values after which it leaves the feed, and takes it up again; 0: it stays */
  constructor(client: TrellisClient<BodyOf<typeof visitor>>, tallies: Tallies, most: number) {
    this.#client = client;
    this.#tallies = tallies;
    this.#most = most;
    this.#following = this.#follow();
  }

  /** True when it has seen all of them. */
  hasSeen(keys: Iterable<string>): boolean {
    for (const key of keys) if (!this.#seen.has(key)) return false;
    return true;
  }

  /** Ends it; answers what was wrong, by what was acknowledged, in the order of each caller. */
  async stop(acknowledged: ReadonlyMap<string, unknown>): Promise<FollowFaults> {
    this.#ends.abort();
    await this.#following;
    return {
      missed: [...acknowledged.keys()].filter((key) => !this.#seen.has(key)),
      doubled: this.#doubled,
      disordered: disordered(this.#order.filter((key) => acknowledged.has(key))),
      gaps: this.#gaps,
      ended: this.#ended,
    };
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ends;
    let cursor: string | undefined;
    while (!signal.aborted) {
      const options = cursor === undefined ? { signal } : { signal, cursor };
      const feed = (await this.#tallies.timed("subscribe", () => {
        return this.#client.feed.piece.made({}, options);
      })).take();
      if (isErr(feed)) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      let left = this.#most;
      for await (const item of feed) {
        this.#note(item.value.key, item.gap ? item.gapReason ?? "not said" : undefined);
        cursor = item.cursor;
        if (--left === 0) break;
      }
      const outcome = await feed.outcome;
      if (outcome.isErr()) this.#ended.push(`${nameOf(outcome.error)}: ${outcome.error.message}`);
    }
  }

  /** @param gap why values may be missing before it; undefined: none is */
  #note(key: string, gap: string | undefined): void {
    this.#tallies.of.follow.doneAt.push(performance.now());
    // The feed begins with all there is: a subscription that is lost before has missed nothing.
    if (gap !== undefined && this.#seen.size > 0) this.#gaps.push(`${key}: ${gap}`);
    if (this.#seen.has(key)) this.#doubled.push(key);
    this.#seen.add(key);
    this.#order.push(key);
  }
}

/** Keys that come behind one that their caller has made later: `<caller>-<n>`. */
export function disordered(keys: readonly string[]): readonly string[] {
  const last = new Map<string, number>();
  return keys.filter((key) => {
    const [, caller = "", n = ""] = /^(.*)-(\d+)$/.exec(key) ?? [];
    const before = last.get(caller) ?? -1;
    last.set(caller, Math.max(before, Number(n)));
    return Number(n) <= before;
  });
}
