import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import type { FoldedKey } from "../../runtime/projections/history_fold.ts";
import type { DifferentKey, Replayed } from "./replay_protocol.ts";

/** How many keys are shown. */
export const SHOWN = 20;

/** What a key of the bucket that is read now holds. */
export interface CurrentValue {
  readonly key: string;
  /** Undefined: it was removed. */
  readonly value: unknown;
  /** The last event that is folded in it; 0: it was not made of events. */
  readonly sequence: number;
}

/** Compares what a fold has made with what is read now, key by key. */
export class ValueDifferences {
  readonly #folded: ReadonlyMap<string, FoldedKey>;
  readonly #seen = new Set<string>();
  readonly #first: DifferentKey[] = [];
  readonly #counts = { added: 0, removed: 0, changed: 0 };
  #same = 0;
  #leftOut = 0;

  /** @param folded by key, as it is when keys are compared */
  constructor(folded: ReadonlyMap<string, FoldedKey>) {
    this.#folded = folded;
  }

  /**
   * Takes the next key, each once.
   *
   * @param through the last event that was folded: what has newer ones is left out
   */
  compare({ key, value: before, sequence }: CurrentValue, through: number): void {
    const after = this.#folded.get(key)?.value;
    this.#seen.add(key);
    if (sequence > through) this.#leftOut++;
    else if (before === undefined && after === undefined) return;
    else if (before === undefined) this.#note({ key, change: "added", after });
    else if (after === undefined) this.#note({ key, change: "removed", before });
    else if (canonicalJson(before) === canonicalJson(after)) this.#same++;
    else this.#note({ key, change: "changed", before, after });
  }

  /** What differs when no key is left. */
  end(): Pick<Replayed, "added" | "removed" | "changed" | "same" | "leftOut" | "first"> {
    for (const [key, { value: after }] of this.#folded) {
      if (after !== undefined && !this.#seen.has(key)) this.#note({ key, change: "added", after });
    }
    return { ...this.#counts, same: this.#same, leftOut: this.#leftOut, first: this.#first };
  }

  #note(different: DifferentKey): void {
    this.#counts[different.change]++;
    if (this.#first.length < SHOWN) this.#first.push(different);
  }
}
