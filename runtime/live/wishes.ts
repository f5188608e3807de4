import { parseWish, type Wish } from "../../contracts/live/wish.ts";

/** What is wished at the moment, by all who watch. */
export interface Wished {
  /** Requests a second that may be reported at most. */
  readonly perSecond: number;
  /** From 0 to 1: which part of all traces is wanted. */
  readonly share: number;
}

/** Watchers that are heard at once; they are people who look, and programs that they have started. */
const MOST_WATCHERS = 16;

/** The wishes that hold. */
export class Wishes {
  readonly #deployment: string | undefined;
  readonly #held = new Map<string, { readonly wish: Wish; readonly until: number }>();

  /** @param deployment whose instance listens; missing: it is wished whatever is watched */
  constructor(deployment?: string) {
    this.#deployment = deployment;
  }

  /** Takes what has come on the subject of wishes. */
  note(text: string, now: number): void {
    const wish = parseWish(text);
    if (wish === undefined) return;
    const { watcher, deployment, holdMs } = wish;
    // A watcher may look at something else than before.
    this.#held.delete(watcher);
    const isMeant = deployment === undefined || this.#deployment === undefined ||
      deployment === this.#deployment;
    if (isMeant && this.#held.size < MOST_WATCHERS) {
      this.#held.set(watcher, { wish, until: now + holdMs });
    }
  }

  /** What is wished now; undefined when nobody watches. */
  at(now: number): Wished | undefined {
    let wished: Wished | undefined;
    for (const [watcher, { wish, until }] of this.#held) {
      if (until <= now) this.#held.delete(watcher);
      else wished = both(wished, wish);
    }
    return wished;
  }
}

/** Who wants less gets more than that, which is cheaper than reporting twice. */
function both(wished: Wished | undefined, { perSecond, share }: Wish): Wished {
  if (wished === undefined) return { perSecond, share };
  return {
    perSecond: Math.max(wished.perSecond, perSecond),
    share: Math.min(wished.share, share),
  };
}
