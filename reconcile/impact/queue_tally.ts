import type { JsonObject } from "../../contracts/json/json.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";
import type { AffectedEntry, Impact, ImpactEffect } from "../changes/impact.ts";
import { FirstAffected } from "./first_affected.ts";
import type { QueueQuestion } from "./queue_target.ts";
import { StoredValueCheck } from "./stored_value_check.ts";

/** Something in a queue, as a scan comes across it. */
export interface ScannedWork {
  readonly id: string;
  /** It is given up, and kept. */
  readonly isDead: boolean;
  /** It waits for its time, or for its next try. */
  readonly isLater: boolean;
  /** Which try its next one is, from 1. */
  readonly attempt: number;
  /** Version of its payload; the first one where it is missing. */
  readonly version: string | undefined;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  readonly body: Uint8Array;
}

const EFFECTS: Readonly<Record<QueueQuestion["kind"], ImpactEffect>> = {
  all: "unhandled",
  refused: "invalid",
  spent: "spent",
  misplaced: "misplaced",
};

/** Counts what of a queue a change concerns. */
export class QueueTally {
  readonly #question: QueueQuestion;
  readonly #checks = new Map<string, StoredValueCheck>();
  readonly #first = new FirstAffected();
  #scanned = 0;
  #values = 0;
  #waiting = 0;
  #bytes = 0;
  #dead = 0;

  constructor(question: QueueQuestion) {
    this.#question = question;
  }

  /** Looks at the next one. */
  add(work: ScannedWork): void {
    const misfit = this.#concern(work);
    if (!work.isDead) this.#scanned++;
    if (misfit === undefined) return;
    if (work.isDead) {
      this.#dead++;
      return;
    }
    const order = this.#values++;
    if (work.isLater) this.#waiting++;
    this.#bytes += work.body.length;
    if (!this.#first.wants(order, work.id)) return;
    const createdAt = new Date(work.writtenAt).toISOString();
    this.#first.take(order, { key: work.id, createdAt, ...misfit() });
  }

  /** What was found. */
  count(): Pick<
    Impact,
    "effect" | "values" | "revisions" | "waiting" | "dead" | "bytes" | "first" | "scanned"
  > {
    return {
      effect: EFFECTS[this.#question.kind],
      values: this.#values,
      revisions: this.#values,
      waiting: this.#waiting,
      dead: this.#dead,
      bytes: this.#bytes,
      first: this.#first.entries,
      scanned: this.#scanned,
    };
  }

  /** What is to be said of one that the change concerns; undefined for others. */
  #concern(
    { isDead, attempt, version = DEFAULT_PAYLOAD_VERSION, body }: ScannedWork,
  ): (() => Pick<AffectedEntry, "path" | "problem">) | undefined {
    const question = this.#question;
    switch (question.kind) {
      case "all":
        return () => ({});
      case "misplaced":
        return isDead ? undefined : () => ({});
      case "spent":
        return isDead || attempt <= question.tries ? undefined : () => ({});
      case "refused": {
        const schema = Object.hasOwn(question.versions, version)
          ? question.versions[version]
          : undefined;
        if (schema === undefined) {
          return () => ({ problem: `its version ${version} is not accepted` });
        }
        const check = this.#checkOf(version, schema);
        return check.fits(body) ? undefined : () => check.explain(body);
      }
    }
  }

  #checkOf(version: string, schema: JsonObject | boolean): StoredValueCheck {
    const known = this.#checks.get(version) ?? new StoredValueCheck(schema);
    this.#checks.set(version, known);
    return known;
  }
}
