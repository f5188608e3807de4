import type { StateError } from "../../../contracts/errors/state_error.ts";
import { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { jsonMisfit } from "../../../contracts/json/json_fit.ts";
import type {
  StateDeleteResponse,
  StateFound,
  StateGetResponse,
  StatePutResponse,
} from "../../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import { stateFailure } from "./state_failure.ts";
import type { EntryPlace } from "./state_place.ts";
import { readRevision } from "./state_revision.ts";
import type { StateCondition, StateStore, StoredRevision } from "./state_store.ts";
import {
  encodeEntry,
  type EntryProblem,
  type EntryTimes,
  isAbsent,
  isOver,
  nameOf,
  publicEntry,
  readEntry,
  readRecord,
} from "./stored_entry.ts";

/** What is written. */
export interface PutRequest {
  readonly value: unknown;
  /** A revision: only if it is the current one; null: only if there is no entry; undefined: in any case. */
  readonly expectedRevision?: string | null | undefined;
  readonly ttlMs?: number | undefined;
}

/** How often a deletion looks again when others write the entry meanwhile. */
const DELETE_ATTEMPTS = 8;

/**
 * What is done to single entries. Every write carries the name of its operation: who repeats it, or carries
 * it out beside another process, is answered as if it had been done once.
 */
export class StateOperations {
  readonly #store: StateStore;

  /** @param store where the entries are */
  constructor(store: StateStore) {
    this.#store = store;
  }

  /** What a key holds. */
  async get(place: EntryPlace): Promise<Result<StateGetResponse, EntryProblem>> {
    const found = (await this.#find(place)).take();
    if (isErr(found)) return found;
    if (found === undefined) return ok({ found: false });
    return ok("migrationRequired" in found ? found : { found: true, entry: found });
  }

  /** Writes a value, if the condition is met. */
  async put(
    place: EntryPlace,
    { value, expectedRevision, ttlMs }: PutRequest,
    operation: string,
  ): Promise<Result<StatePutResponse, EntryProblem>> {
    const invalid = misfit(place, value);
    if (invalid !== undefined) return err(invalid);
    const now = await this.#store.now();
    const when = conditionOf(place, expectedRevision, now);
    if (when === undefined) return this.#refused(place);
    const times = { updatedAt: now, expiresAt: ttlMs === undefined ? undefined : now + ttlMs };
    const bytes = encodeEntry(place, JSON.stringify(value), times);
    const { expiresAt } = times;
    const write = { key: place.storageKey, bytes, when, operation, expiresAt, now };
    const written = (await this.#store.write(write)).take();
    if (isErr(written)) return err(stateFailure(written.error, "writing", place));
    if (written.kind === "refused") return this.#refused(place);
    const { sequence, isRepeat } = written;
    const stored = isRepeat ? await this.#timesOf(place, sequence) ?? times : times;
    return ok({ applied: true, entry: publicEntry(place, value, sequence, stored) });
  }

  /** Deletes an entry, if the condition is met; answers whether one was deleted. */
  async delete(
    place: EntryPlace,
    expectedRevision: string | undefined,
    operation: string,
  ): Promise<Result<StateDeleteResponse, EntryProblem>> {
    if (expectedRevision !== undefined) {
      const when = conditionOf(place, expectedRevision, await this.#store.now());
      return when === undefined ? ok({ deleted: false }) : this.#delete(place, when, operation);
    }
    const answer = await this.#deleteCurrent(place, operation);
    if (answer.isErr() || (answer.isOk() && answer.value.deleted)) return answer;
    // Others who carry it out may find something later.
    const before = (await this.#store.refuse(operation)).take();
    if (isErr(before)) return err(stateFailure(before.error, "deleting", place));
    return ok({ deleted: before !== undefined });
  }

  async #deleteCurrent(
    place: EntryPlace,
    operation: string,
  ): Promise<Result<StateDeleteResponse, EntryProblem>> {
    for (let attempt = 1;; attempt++) {
      const stored = (await this.#store.read(place.storageKey)).take();
      if (isErr(stored)) return err(stateFailure(stored.error, "deleting", place));
      // Another process has carried it out, or this one before.
      if (stored?.isDeleted && stored.operation === operation) return ok({ deleted: true });
      if (stored === undefined || isAbsent(stored, await this.#store.now())) {
        return ok({ deleted: false });
      }
      const when = { kind: "sequence", sequence: stored.sequence } as const;
      const deleted = await this.#delete(place, when, operation);
      if (deleted.isErr() || (deleted.isOk() && deleted.value.deleted)) return deleted;
      if (attempt === DELETE_ATTEMPTS) return deleted;
    }
  }

  async #delete(
    place: EntryPlace,
    when: StateCondition,
    operation: string,
  ): Promise<Result<StateDeleteResponse, StateError>> {
    const write = {
      key: place.storageKey,
      bytes: undefined,
      when,
      operation,
      now: await this.#store.now(),
    };
    const written = (await this.#store.write(write)).take();
    if (isErr(written)) return err(stateFailure(written.error, "deleting", place));
    return ok({ deleted: written.kind === "stored" });
  }

  async #find(place: EntryPlace): Promise<Result<StateFound | undefined, EntryProblem>> {
    const stored = (await this.#store.read(place.storageKey)).take();
    if (isErr(stored)) return err(stateFailure(stored.error, "reading", place));
    if (stored === undefined || isAbsent(stored, await this.#store.now())) return ok(undefined);
    return readEntry(place, stored);
  }

  /** Nothing was written; with what is there instead, where the contract can read that. */
  async #refused(place: EntryPlace): Promise<Result<StatePutResponse, EntryProblem>> {
    const found = (await this.#find(place)).take();
    if (isErr(found)) {
      // That nothing was written is known whatever is there; damage is told all the same.
      return found.error instanceof UnexpectedError ? found : ok({ applied: false });
    }
    return ok(found === undefined ? { applied: false } : { applied: false, current: found });
  }

  /** The times of an entry that somebody else has stored in the name of this operation. */
  async #timesOf(place: EntryPlace, sequence: number): Promise<EntryTimes | undefined> {
    const stored = (await this.#store.read(place.storageKey)).take();
    // Replaced since: what it said is gone, and so is its revision.
    if (isErr(stored) || stored?.sequence !== sequence) return undefined;
    return recordTimes(place, stored);
  }
}

function recordTimes(place: EntryPlace, stored: StoredRevision): EntryTimes | undefined {
  const record = readRecord(place, stored).take();
  if (isErr(record)) return undefined;
  return { updatedAt: Date.parse(record.updatedAt), expiresAt: stored.expiresAt };
}

/** Undefined for a condition that cannot be met. */
function conditionOf(
  { storageKey }: EntryPlace,
  expected: string | null | undefined,
  now: number,
): StateCondition | undefined {
  if (expected === undefined) return { kind: "any" };
  if (expected === null) return { kind: "absent" };
  const revision = readRevision(storageKey, expected);
  if (revision === undefined || isOver(revision.expiresAt, now)) return undefined;
  return { kind: "sequence", sequence: revision.sequence };
}

function misfit(place: EntryPlace, value: unknown): ValidationError | undefined {
  const subject = `the value for ${nameOf(place)}`;
  const wrong = jsonMisfit(value);
  if (wrong !== undefined) return new ValidationError({ subject, issues: [wrong] });
  const validator = validatorOf(place.declared.schema);
  return validator.check(value)
    ? undefined
    : new ValidationError({ subject, issues: validator.issues(value) });
}
