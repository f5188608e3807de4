import type { ProjectedEvent } from "./projected_events.ts";

/** An event that could not be folded, and why. */
export interface FoldFailure {
  readonly event: ProjectedEvent;
  readonly error: string;
}

/** What became of a value. */
export interface Folded {
  /** Undefined: the key has none. */
  readonly value: unknown;
  /** Sequence of the last event that is folded. */
  readonly sequence: number;
  /** The event at which it stopped. */
  readonly failure?: FoldFailure;
}

/**
 * Folds events, in the order of the stream, into the value of their key. Those that the value has already are
 * skipped. It stops at the first event whose reducer throws, or makes what is no value of the bucket.
 *
 * @param misfit why something is no value of the bucket
 */
export function foldKey(
  before: Pick<Folded, "value" | "sequence">,
  events: readonly ProjectedEvent[],
  misfit: (value: unknown) => string | undefined,
): Folded {
  let { value, sequence } = before;
  for (const event of events) {
    if (event.meta.sequence <= sequence) continue;
    let next: unknown;
    let error: string | undefined;
    try {
      next = event.reduce(value, event.body, event.meta);
      if (next !== undefined) error = misfit(next);
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    if (error !== undefined) return { value, sequence, failure: { event, error } };
    value = next;
    sequence = event.meta.sequence;
  }
  return { value, sequence };
}
