import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { queueName } from "../../contracts/stored/job_names.ts";
import { isJobEnded, type JobRecord } from "../../contracts/stored/job_record.ts";
import { isEnded } from "../../contracts/stored/operation_record.ts";
import { KEEP_DONE_MS } from "../../runtime/jobs/job_surface.ts";
import { recordsOpener } from "../../runtime/jobs/nats/open_records.ts";
import { waitingRecord } from "../../runtime/jobs/nats/queue_access.ts";
import type { QueueItem } from "../../runtime/jobs/queue_item.ts";
import { isRaced, RecordStore } from "../../runtime/jobs/record_store.ts";
import type { KVError } from "../../runtime/kv/kv_error.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { KEEP_MS, ownerOf, pendingRecord } from "../../runtime/operations/serve/operation_place.ts";
import { OperationRecords } from "../../runtime/operations/serve/operation_records.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { surfaceOf } from "./job_access.ts";
import type { OpenQueue } from "./open_queue.ts";

/** Writes that something was taken out of its queue into its record; the same again when others write it, too. */
export type EndRecord = (
  item: QueueItem,
  message: StoredMessage,
  why: string,
) => Promise<Result<void, ExplainedError>>;

/** How often it is tried when others write the record at the same time. */
const RACES = 10;

/** Ends the records of a queue, also of one that is declared no more. */
export function recordEnder({ queue, record }: OpenQueue, messaging: NatsMessaging): EndRecord {
  const { deployment, kind, name, records } = queue;
  const open = recordsOpener(messaging, deployment, records);
  const store = new RecordStore(open, kind, queueName(name));
  const operations = new OperationRecords(records, open, queueName(name), KEEP_MS);
  const need = record.desired?.needs.jobs?.[name];
  const isKept = need !== undefined && surfaceOf(name, need).keepsRecords;

  async function endJob(item: QueueItem, message: StoredMessage, why: string) {
    const kept = (await store.read(item.id)).take();
    if (isErr(kept)) return kept;
    if (kept === undefined && !isKept) return ok();
    const before = kept?.record ?? waitingRecord(item, message);
    if (isJobEnded(before.state)) return ok();
    const now = new Date().toISOString();
    const ended: JobRecord = {
      ...before,
      state: "cancelled",
      error: why,
      updatedAt: now,
      endedAt: now,
    };
    const when = kept === undefined
      ? { kind: "absent" } as const
      : { kind: "revision", revision: kept.revision } as const;
    return (await store.write(item.id, ended, when, KEEP_DONE_MS)).map(() => {});
  }

  async function endOperation(item: QueueItem, _message: StoredMessage, why: string) {
    const kept = (await operations.read(item.id)).take();
    if (isErr(kept)) return kept;
    const { id, createdAt, cause } = item;
    const { record, revision } = kept ??
      { record: pendingRecord(name, { id, owner: ownerOf(item), createdAt, cause }), revision: 0 };
    if (isEnded(record.state)) return ok();
    const updatedAt = new Date().toISOString();
    const ended = { ...record, state: "cancelled" as const, reason: why, updatedAt };
    return (await operations.write(ended, revision)).map(() => {});
  }

  const end: (...of: Parameters<EndRecord>) => Promise<Result<void, KVError>> = kind === "job"
    ? endJob
    : endOperation;
  return async (item, message, why) => {
    for (let races = 0;; races++) {
      const done = (await end(item, message, why)).take();
      if (!isErr(done)) return ok();
      const { error } = done;
      // No service that keeps records has made its bucket.
      if (error.reason === "bucket_missing") return ok();
      if (!isRaced(error) || races === RACES) {
        return err({ code: error.reason, message: `the record of ${item.id}: ${error.message}` });
      }
    }
  };
}
