import type { WriteCondition } from "../kv/kv_bucket.ts";

/** A key that a batch writes to, as it was found after the batch was sent. */
export interface BatchKey {
  readonly when: WriteCondition;
  /** Place of the write in the batch, from 0. */
  readonly place: number;
  /** Sequence of what the key holds; 0: nothing, not even the marker of a deletion. */
  readonly sequence: number;
  /** True where that is the marker of a deletion. */
  readonly deleted: boolean;
  /** True where this very batch wrote it. */
  readonly isOurs: boolean;
}

/** What is known of the batch. */
export interface BatchState {
  /** It may have been stored without an answer. */
  readonly uncertain: boolean;
  /** A sequence that the stream had before the batch was sent: what is not newer is older than it. */
  readonly knownSequence: number;
}

/** What becomes of a batch that was not acknowledged. */
export type BatchDecision =
  /** It was stored; its first message has this sequence. */
  | { readonly kind: "done"; readonly first: number }
  /** The condition of a write is not met. */
  | { readonly kind: "refused"; readonly place: number; readonly why: "exists" | "changed" }
  /** It was not stored, and is sent again: only over these sequences, by place; undefined: over any. */
  | { readonly kind: "again"; readonly expected: ReadonlyMap<number, number | undefined> }
  /** Nobody can tell any more. */
  | { readonly kind: "unknown" };

/** Decides about a batch by what its keys hold. All of it is stored, or nothing, so one key may tell. */
export function decideBatch(
  keys: readonly BatchKey[],
  { uncertain, knownSequence }: BatchState,
): BatchDecision {
  const ours = keys.find(({ isOurs }) => isOurs);
  if (ours !== undefined) return { kind: "done", first: ours.sequence - ours.place };
  // A key that nobody has written to since, this batch has not written to either.
  const isOpen = uncertain && keys.every(({ sequence }) => sequence > knownSequence);
  if (isOpen) return { kind: "unknown" };
  const expected = new Map<number, number | undefined>();
  for (const { when, place, sequence, deleted } of keys) {
    if (when.kind === "absent" && sequence > 0 && !deleted) {
      return { kind: "refused", place, why: "exists" };
    }
    if (when.kind === "revision" && sequence !== Number(when.revision)) {
      return { kind: "refused", place, why: "changed" };
    }
    // What was sent before may still come: it is stored only if this is not.
    const isFree = when.kind === "any" && !uncertain;
    expected.set(place, isFree ? undefined : sequence);
  }
  return { kind: "again", expected };
}
