import { HistoryTally } from "./history_tally.ts";
import type { Impact, ImpactEffect, ImpactQuestion } from "../changes/impact.ts";
import { RetentionTally } from "./retention_tally.ts";
import type { ImpactCount, ScannedRevision } from "./scanned_revision.ts";
import { StateTally } from "./state_tally.ts";
import { StoredValueCheck } from "./stored_value_check.ts";
import { type RevisionTest, ValueTally } from "./value_tally.ts";

/** What a tally needs to know about the bucket beforehand. */
export interface TalliedBucket {
  readonly bucket: string;
  /** The moment that ages are counted from, in milliseconds since 1970. */
  readonly at: number;
  /** How many revisions of a key there may be; below 1: any number. */
  readonly history: number;
  /** Set for a store: what it takes on the server, in bytes. */
  readonly usedBytes?: number;
  /** Set for entries of state: the name of the state store. */
  readonly stateStore?: string;
  /** Set for events, whose name stands in place of a bucket's. */
  readonly isEvent?: true;
}

interface Tally {
  add(revision: ScannedRevision, order: number): void;
  count(): ImpactCount;
}

const EFFECTS: Readonly<Record<ImpactQuestion["kind"], ImpactEffect>> = {
  history: "dropped",
  ttl: "dropped",
  retention: "dropped",
  maxValueBytes: "too_large",
  maxTotalBytes: "blocked",
  schema: "invalid",
  all: "detached",
  outbox: "unpublished",
  entries: "detached",
  unaccepted: "unaccepted",
  outdated: "outdated",
  misfits: "invalid",
};

/** True when a question cannot be answered from keys, ages and sizes alone. */
export function needsValues(questions: readonly ImpactQuestion[]): boolean {
  return questions.some(({ kind }) => kind === "schema");
}

/**
 * Answers questions about a bucket from its revisions, given one by one in the order in which they were
 * written.
 *
 * ```ts ignore
 * const tally = new ImpactTally([{ kind: "ttl", ttlMs: 60_000 }], { bucket, at, history: 1 });
 * for (const revision of revisions) tally.add(revision);
 * const [impact] = tally.impacts(true);
 * ```
 */
export class ImpactTally {
  readonly #bucket: TalliedBucket;
  readonly #questions: readonly ImpactQuestion[];
  readonly #tallies: readonly Tally[];
  #scanned = 0;
  #events = 0;

  /** @param questions what is to be counted, all at once */
  constructor(questions: readonly ImpactQuestion[], bucket: TalliedBucket) {
    this.#bucket = bucket;
    this.#questions = questions;
    this.#tallies = questions.map((question) => tallyOf(question, bucket));
  }

  /** Revisions looked at, markers of deletions and events included. */
  get scanned(): number {
    return this.#scanned;
  }

  /** Looks at the next revision; the value may be overwritten afterwards. */
  add(revision: ScannedRevision): void {
    const order = this.#scanned++;
    const isEvent = revision.isEvent === true;
    if (isEvent) this.#events++;
    this.#tallies.forEach((tally, index) => {
      if (isEvent === this.#isOfEvents(index)) tally.add(revision, order);
    });
  }

  /** The impacts, at the places of the questions. */
  impacts(complete: boolean): readonly Impact[] {
    const { at } = this.#bucket;
    const which = nameOf(this.#bucket);
    const seen = { complete, at: new Date(at).toISOString() };
    return this.#questions.flatMap(({ kind }, index) => {
      const tally = this.#tallies[index];
      const scanned = this.#isOfEvents(index) ? this.#events : this.#scanned - this.#events;
      return tally === undefined
        ? []
        : [{ ...which, effect: EFFECTS[kind], ...tally.count(), ...seen, scanned }];
    });
  }

  #isOfEvents(index: number): boolean {
    return this.#questions[index]?.kind === "outbox";
  }
}

function nameOf({ bucket, usedBytes, stateStore: store, isEvent }: TalliedBucket) {
  if (isEvent) return { bucket, kind: "event" } as const;
  if (store !== undefined) return { bucket, kind: "state", store } as const;
  return usedBytes === undefined ? { bucket } : { bucket, kind: "store" } as const;
}

function tallyOf(
  question: ImpactQuestion,
  { at, history, usedBytes = 0 }: TalliedBucket,
): Tally {
  const single = history === 1;
  const isKept = (keep: number) => history > 0 && history <= keep;
  switch (question.kind) {
    case "history":
      return isKept(question.keep)
        ? new ValueTally(NOTHING, true)
        : new HistoryTally(question.keep);
    case "ttl":
      return new ValueTally(expiry(question.ttlMs, at), single);
    case "retention": {
      const expired = expiry(question.ttlMs, at);
      return isKept(question.keep)
        ? new ValueTally(expired, single)
        : new RetentionTally(question.keep, expired, single);
    }
    case "maxValueBytes":
      return new ValueTally({ concerns: ({ bytes }) => bytes > question.limit }, single);
    case "maxTotalBytes":
      return new ValueTally({ concerns: () => usedBytes > question.limit }, single);
    case "schema":
      return new ValueTally(misfit(new StoredValueCheck(question.schema)), single);
    case "outbox":
    case "all":
      return new ValueTally({ concerns: () => true }, single);
    case "entries":
    case "unaccepted":
    case "outdated":
    case "misfits":
      return new StateTally(question, at);
  }
}

const NOTHING: RevisionTest = { concerns: () => false };

function expiry(ttlMs: number, at: number): RevisionTest {
  return ttlMs === 0 ? NOTHING : { concerns: ({ writtenAt }) => writtenAt + ttlMs <= at };
}

function misfit(check: StoredValueCheck): RevisionTest {
  return {
    concerns: ({ value }) => value !== undefined && !check.fits(value),
    explain: ({ value }) => value === undefined ? {} : check.explain(value),
  };
}
