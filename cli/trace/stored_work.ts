import { isErr, ok, type Result } from "../../contracts/result.ts";
import { queueName } from "../../contracts/stored/job_names.ts";
import { CAUSE_HEADER } from "../../contracts/stored/work_headers.ts";
import { deadStream, parseDeadSubject } from "../../contracts/stored/work_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type { ScannedMessage } from "../../reconcile/nats/scan/scanned_message.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { TRACEPARENT_HEADER } from "../../runtime/nats/headers/header_names.ts";
import { findWork } from "../jobs/list_work.ts";
import { QueueBox } from "../jobs/queue_box.ts";
import { type Queue, queuesOf } from "../jobs/queues.ts";
import { letterBox } from "../letters/open_letters.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { errorText } from "../view/jobs/jobs_view.ts";
import type { WorkFact } from "./chain.ts";
import { type TraceRoot, ulidTime } from "./trace_root.ts";

/** A job or an operation, and what has caused it. */
export interface StoredWork extends Pick<WorkFact, "kind" | "id" | "cause"> {
  readonly queue: Queue;
  readonly record: AuthorityRecord;
  /** W3C trace context of whoever created it, where that is still stored. */
  readonly traceparent: string | undefined;
}

/** Reads the headers of a stream. */
export type ScanStream = (
  stream: string,
  visit: (message: ScannedMessage) => void,
) => Promise<Result<void, ExplainedError>>;

/** Questions to the server at once. */
const IN_FLIGHT = 8;
/** So many of each queue are looked through. */
const MOST_QUEUED = 10_000;

/**
 * The jobs and operations of which anything is stored: those in queues, those with records, and those that were
 * given up. A queue that keeps no records forgets what is done.
 *
 * @param cut told of a queue of which something was left out, and up to which time it was read
 */
export async function storedWork(
  records: readonly AuthorityRecord[],
  messaging: Connected["messaging"],
  scan: ScanStream,
  cut: (stream: string, until: number) => void,
): Promise<Result<readonly StoredWork[], ExplainedError>> {
  const found = new Map<string, StoredWork>();
  for (const record of records) {
    const queues = queuesOf(record);
    const add: Add = (queue, id, { cause, traceparent }) => {
      if (queue === undefined) return;
      const kind = queue.kind === "job" ? "job" : "op";
      const key = `${kind}:${id}`;
      if (found.get(key)?.cause === undefined) {
        found.set(key, { kind, id, cause, traceparent, queue, record });
      }
    };
    for (const queue of queues) {
      const read = (await eachQueued(queue, messaging, add, cut)).take();
      if (isErr(read)) return read;
    }
    const kept = (await scanKept(record, queues, scan, add)).take();
    if (isErr(kept)) return kept;
  }
  return ok([...found.values()]);
}

type Add = (
  queue: Queue | undefined,
  id: string,
  marks: Pick<StoredWork, "cause" | "traceparent">,
) => void;

/** A work queue lets nobody read past its consumers but one message after the other. */
async function eachQueued(
  queue: Queue,
  messaging: Connected["messaging"],
  add: Add,
  cut: (stream: string, until: number) => void,
): Promise<Result<void, ExplainedError>> {
  const box = new QueueBox(queue, messaging);
  for (let read = 0, from = 1;; read++) {
    const message = (await box.next(from)).take();
    if (isErr(message)) return message;
    if (message === undefined) break;
    if (read === MOST_QUEUED) {
      cut(queue.stream, Date.parse(message.createdAt));
      break;
    }
    add(queue, message.id, message);
    from = message.sequence + 1;
  }
  return ok();
}

async function scanKept(
  { deployment }: AuthorityRecord,
  queues: readonly Queue[],
  scan: ScanStream,
  add: Add,
): Promise<Result<void, ExplainedError>> {
  const [first] = queues;
  if (first === undefined) return ok();
  const queueOf = (kind: string, name: string) =>
    queues.find((queue) => queue.kind === kind && queueName(queue.name) === name);
  const prefix = `$KV.${first.records}.`;
  const kept = (await scan(`KV_${first.records}`, ({ subject, header }) => {
    const [kind = "", name = "", id = "", ...more] = subject.slice(prefix.length).split(".");
    if (more.length === 0) add(queueOf(kind, name), id, marksIn(header));
  })).take();
  if (isErr(kept)) return kept;
  return await scan(deadStream(deployment), ({ subject, header }) => {
    const place = parseDeadSubject(subject);
    if (place !== undefined) {
      add(queueOf(place.kind, place.name), place.slot, marksIn(header));
    }
  });
}

function marksIn(header: ScannedMessage["header"]) {
  return { cause: header(CAUSE_HEADER), traceparent: header(TRACEPARENT_HEADER) };
}

/** When the job or the operation of an id was created, in milliseconds since 1970; undefined: nothing is stored of it. */
export async function createdAt(
  { causes, id }: Pick<TraceRoot, "causes" | "id">,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
): Promise<Result<number | undefined, ExplainedError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const asked = records.flatMap((record) =>
    queuesOf(record).filter(({ kind }) => causes.includes(`${kind === "job" ? "job" : "op"}:${id}`))
      .map((queue) => ({ queue, record }))
  );
  const found = await inParallel(
    asked,
    IN_FLIGHT,
    ({ queue, record }) =>
      findWork(new QueueBox(queue, messaging), letterBox(record, messaging), id),
  );
  const times: number[] = [];
  for (const one of found) {
    const work = one.take();
    if (isErr(work)) return work;
    const time = Date.parse(work?.view.createdAt ?? "");
    if (!Number.isNaN(time)) times.push(time);
  }
  return ok(times.length === 0 ? undefined : Math.min(...times));
}

/** How they stand. */
export async function workFacts(
  work: readonly StoredWork[],
  messaging: Connected["messaging"],
): Promise<Result<readonly WorkFact[], ExplainedError>> {
  const facts: WorkFact[] = [];
  const found = await inParallel(
    work,
    IN_FLIGHT,
    ({ id, queue, record }) =>
      findWork(new QueueBox(queue, messaging), letterBox(record, messaging), id),
  );
  for (const [at, { kind, id, cause, queue: { deployment, name } }] of work.entries()) {
    const view = found[at]!.map((found) => found?.view).take();
    if (isErr(view)) return view;
    const created = Date.parse(view?.createdAt ?? "");
    facts.push({
      kind,
      id,
      deployment,
      name,
      state: view?.state,
      error: view?.error === undefined ? undefined : errorText(view.error),
      at: Number.isNaN(created) ? ulidTime(id) : created,
      cause,
    });
  }
  return ok(facts);
}
