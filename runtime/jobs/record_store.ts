import { JOB_STATES, type JobRecord } from "../../contracts/stored/job_record.ts";
import { type QueueKind, recordKey } from "../../contracts/stored/job_names.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { KvBucket, StoredRevision, WriteCondition } from "../kv/kv_bucket.ts";
import { KVError } from "../kv/kv_error.ts";
import { LONGEST_ERROR } from "../work/work_messages.ts";

/** A record as it was found, and the revision that changing it needs. */
export interface KeptRecord {
  readonly record: JobRecord;
  readonly revision: string;
}

/** What was found where a record is kept; `record` is undefined for what is none, and is written over. */
export interface FoundRecord extends Pick<KeptRecord, "revision"> {
  readonly record: JobRecord | undefined;
}

/** Opens the bucket of records; asked at first use. */
export type OpenRecords = () => Promise<Result<KvBucket, KVError>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The records of the jobs of one queue. Nothing rejects for an expected failure. */
export class RecordStore {
  readonly #open: OpenRecords;
  readonly #kind: QueueKind;
  readonly #queue: string;

  /** @param queue as `queueName` makes it */
  constructor(open: OpenRecords, kind: QueueKind, queue: string) {
    this.#open = open;
    this.#kind = kind;
    this.#queue = queue;
  }

  /** The record of an id; undefined when nothing is there. */
  async read(id: string): Promise<Result<FoundRecord | undefined, KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    return (await bucket.last(this.key(id))).map((stored) =>
      stored === undefined || stored.deleted
        ? undefined
        : { record: keptRecord(stored)?.record, revision: stored.revision }
    );
  }

  /** Stores a record and answers its revision; `keepMs`: how long, unless it is for good. */
  async write(
    id: string,
    record: JobRecord,
    when: WriteCondition,
    keepMs?: number,
  ): Promise<Result<string, KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    const { cause, error } = record;
    const short = error === undefined ? {} : { error: error.slice(0, LONGEST_ERROR) };
    const bytes = encoder.encode(JSON.stringify({ ...record, ...short }));
    return await bucket.write(this.key(id), bytes, when, {
      ...(keepMs === undefined ? {} : { keepMs }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Reports records as they are written, with what is there first where that is asked for. */
  async watch(
    id: string,
    options: { readonly signal: AbortSignal; readonly includeExisting?: boolean },
  ): Promise<Result<AsyncIterable<KeptRecord>, KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    return (await bucket.watch(this.key(id), options)).map(records);
  }

  /** Records of the queue, no more than `limit` of those that pass. */
  async list(
    passes: (record: JobRecord) => boolean,
    limit: number,
  ): Promise<Result<readonly JobRecord[], KVError>> {
    const bucket = (await this.#open()).take();
    if (isErr(bucket)) return bucket;
    const live = (await bucket.live(this.key("*"))).take();
    if (isErr(live)) return live;
    const found: JobRecord[] = [];
    for (let at = 0; at < live.keys.length && found.length < limit; at += TOGETHER) {
      const some = live.keys.slice(at, at + TOGETHER);
      for (const read of await Promise.all(some.map((key) => live.read(key)))) {
        const kept = read.map(keptRecord).take();
        if (isErr(kept)) return kept;
        if (kept !== undefined && passes(kept.record)) found.push(kept.record);
      }
    }
    return ok(found.slice(0, limit));
  }

  /** The key of the record of an id. */
  key(id: string): string {
    return recordKey(this.#kind, this.#queue, id);
  }
}

/** Records that are read at once. */
const TOGETHER = 100;

/** Whether a write was refused because the record is another one by now. */
export function isRaced({ reason }: KVError): boolean {
  return reason === "exists" || reason === "revision_mismatch";
}

/** A failure of the bucket that is not there. */
export function noRecords(deployment: string): Result<never, KVError> {
  const message = `${deployment} has no bucket for records; reconcile it`;
  return err(new KVError({ reason: "bucket_missing", message }));
}

async function* records(revisions: AsyncIterable<StoredRevision>): AsyncGenerator<KeptRecord> {
  for await (const revision of revisions) {
    const kept = keptRecord(revision);
    if (kept !== undefined) yield kept;
  }
}

/** Undefined for what is deleted, or is no record. */
function keptRecord(stored: StoredRevision | undefined): KeptRecord | undefined {
  if (stored === undefined || stored.deleted) return undefined;
  const record = readJson(decoder.decode(stored.bytes));
  return isJobRecord(record) ? { record, revision: stored.revision } : undefined;
}

/** Whether a value has what is decided by; only the service itself and the control plane write the rest. */
function isJobRecord(value: unknown): value is JobRecord {
  if (!isRecord(value)) return false;
  const { id, state, attempt, createdAt, updatedAt, claim = "0.0", logs = [] } = value;
  return [id, state, createdAt, updatedAt].every((text) => typeof text === "string") &&
    JOB_STATES.some((known) => known === state) && Number.isInteger(attempt) &&
    typeof claim === "string" && CLAIM.test(claim) && Array.isArray(logs);
}

const CLAIM = /^\d+\.\d+(?:\.|$)/;
