import type { StateEntryRecord } from "../../contracts/stored/state_entry.ts";
import type { StateQuestion } from "../changes/impact.ts";
import { FirstAffected } from "./first_affected.ts";
import type { ImpactCount, ScannedRevision } from "./scanned_revision.ts";
import { type Misfit, StoredValueCheck } from "./stored_value_check.ts";

/** Decides about one entry by itself. */
interface EntryTest {
  concerns(entry: StateEntryRecord): boolean;
  explain?(entry: StateEntryRecord, bytes: number): Misfit;
}

/**
 * Counts the entries of a state store that a question is about, and whose they are. Those that have
 * expired are not there, and those that nobody can read are counted apart. Of each key there is one
 * revision; this remembers some 80 bytes of each holder.
 */
export class StateTally {
  readonly #test: EntryTest;
  readonly #at: number;
  readonly #holders = new Set<string>();
  readonly #first = new FirstAffected();
  #values = 0;
  #bytes = 0;
  #damaged = 0;

  /** @param at the moment for which is said what has expired, in milliseconds since 1970 */
  constructor(question: StateQuestion, at: number) {
    this.#test = testOf(question);
    this.#at = at;
  }

  /** Looks at the next entry. */
  add({ state, marker, bytes, writtenAt }: ScannedRevision, order: number): void {
    if (marker || state === undefined) return;
    const { entry, holder } = state;
    if (entry === undefined) {
      this.#damaged++;
      return;
    }
    const { expiresAt } = entry;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= this.#at) return;
    if (!this.#test.concerns(entry)) return;
    this.#values++;
    this.#bytes += bytes;
    this.#holders.add(holder);
    if (!this.#first.wants(order, holder)) return;
    const { key = "", principal } = entry;
    const createdAt = new Date(writtenAt).toISOString();
    const misfit = this.#test.explain?.(entry, bytes);
    this.#first.take(order, { key, principal, createdAt, ...misfit }, holder);
  }

  /** What was found so far. */
  count(): ImpactCount {
    return {
      values: this.#values,
      revisions: this.#values,
      bytes: this.#bytes,
      holders: this.#holders.size,
      ...(this.#damaged === 0 ? {} : { damaged: this.#damaged }),
      first: this.#first.entries,
    };
  }
}

function testOf(question: StateQuestion): EntryTest {
  switch (question.kind) {
    case "entries":
      return { concerns: () => true };
    case "unaccepted":
      return { concerns: ({ stateVersion }) => stateVersion === question.version };
    case "outdated": {
      const versions = new Set(question.versions);
      return { concerns: ({ stateVersion }) => versions.has(stateVersion) };
    }
    case "misfits": {
      const check = new StoredValueCheck(question.schema);
      return {
        concerns: ({ stateVersion, value }) =>
          stateVersion === question.version && !check.fitsJson(value),
        explain: ({ value }, bytes) => check.explainJson(value, bytes),
      };
    }
  }
}
