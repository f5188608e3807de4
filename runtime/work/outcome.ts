/** What became of one delivery, as its handler, or what stands around it, says. */
export type Outcome =
  /** It is handled. */
  | { readonly kind: "done" }
  /** It is to be tried again, which counts. */
  | { readonly kind: "failed"; readonly error: string }
  /** It is to be tried again after a time, which costs no try. */
  | { readonly kind: "later"; readonly afterMs: number; readonly reason: string }
  /** No further try would help. */
  | { readonly kind: "gave_up"; readonly reason: string }
  /** It is nothing that the handler could be given. */
  | { readonly kind: "invalid"; readonly reason: string }
  /** Its deadline has passed. */
  | { readonly kind: "expired"; readonly reason: string }
  /** Another worker was given it meanwhile, so that what this one says of it does not count. */
  | { readonly kind: "taken" }
  /** It was not finished because the process stops, which costs no try. */
  | { readonly kind: "given_back" };

const HOUR_MS = 60 * 60 * 1000;
/** An hour less than a week: the stream of events gives up what is older than a week. */
export const LONGEST_MS = 7 * 24 * HOUR_MS - HOUR_MS;

/**
 * What a handler answers, as `err(new RetryLater({ afterMs: 60_000 }))`, to be tried again without a lost try.
 * An event that was put off for a week is given up as a dead letter then.
 */
export class RetryLater extends Error {
  /** Recognised across module instances. */
  override readonly name = "RetryLater";
  /** Milliseconds until it is tried again; after a week it is tried in any case. */
  readonly afterMs: number;

  /** Made from how long to wait, and why. */
  constructor(
    { afterMs, reason = "later" }: { readonly afterMs: number; readonly reason?: string },
  ) {
    super(reason);
    if (!Number.isFinite(afterMs) || afterMs < 0) {
      throw new RangeError(`afterMs is a number of milliseconds from 0 on, not ${afterMs}`);
    }
    this.afterMs = afterMs;
  }
}

/** What a handler answers, as `err(new GiveUp({ reason }))`, when no further try would help. */
export class GiveUp extends Error {
  /** Recognised across module instances. */
  override readonly name = "GiveUp";

  /** Made from the reason, which is kept with the dead letter. */
  constructor({ reason }: { readonly reason: string }) {
    super(reason);
  }
}

/** What the error that a handler has answered means. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Error) {
    if (error.name === "RetryLater" && "afterMs" in error && Number(error.afterMs) >= 0) {
      const afterMs = Math.min(LONGEST_MS, Number(error.afterMs));
      return { kind: "later", afterMs, reason: error.message };
    }
    if (error.name === "GiveUp") return { kind: "gave_up", reason: error.message };
    return { kind: "failed", error: `${error.name}: ${error.message}` };
  }
  return { kind: "failed", error: textOf(error) };
}

/** What was thrown in words: it may be anything, also what has none. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `something that cannot be written down (${typeof thrown})`;
  }
}
