import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { parsePlace, queueName } from "../../contracts/stored/job_names.ts";
import type { QueueAccess } from "../../runtime/jobs/nats/queue_access.ts";
import { QueueStream } from "../../runtime/jobs/nats/queue_stream.ts";
import { QueueItem } from "../../runtime/jobs/queue_item.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { auditNotes } from "../program/audit_notes.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { DataEditor } from "../program/data_audit.ts";
import { recordEnder } from "./end_record.ts";
import { movedJob } from "./moved_job.ts";
import type { OpenQueue } from "./open_queue.ts";
import type { QueuedMessage } from "./queued_message.ts";
import { readQueueWork } from "./queue_figures.ts";
import { notMade, type Queue } from "./queues.ts";

/** Something that stands in a queue, and why it is to stay there; undefined: it may go. */
export interface JudgedWork {
  readonly id: string;
  readonly sequence: number;
  readonly stays: string | undefined;
}

/** What has become of what stood in a queue. */
export interface Emptied {
  readonly gone: number;
  /** `why` follows "it". */
  readonly stay: readonly { readonly id: string; readonly why: string }[];
}

/** Each question takes as long at most, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * All that stands in a queue which nobody works on: it is declared no more, or is paused. What is in work stays.
 *
 * @param staysFor why something else stays, behind "it"
 */
export async function judgeQueue(
  { queue, box }: OpenQueue,
  { messaging }: DataEditor,
  staysFor: (message: QueuedMessage) => string | undefined = () => undefined,
): Promise<Result<readonly JudgedWork[], ExplainedError>> {
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  if (queue.binding === undefined) return err(notMade(queue));
  const isRemoved = queue.binding.consumers.length === 0;
  const work = isRemoved ? undefined : await readQueueWork(queue, requests);
  if (!isRemoved && work?.pausedUntil === undefined) return err(isWorkedOn(queue));
  const judged: JudgedWork[] = [];
  for (let from = 1;;) {
    const message = (await box.next(from)).take();
    if (isErr(message)) return message;
    if (message === undefined) return ok(judged);
    const { id, sequence, isInWork } = message;
    judged.push({ id, sequence, stays: isInWork ? "is in work" : staysFor(message) });
    from = sequence + 1;
  }
}

function isWorkedOn({ deployment, kind, name }: Queue): ExplainedError {
  const message =
    `${name} of ${deployment} is worked on: what is taken out could be in work by then`;
  return kind === "job"
    ? {
      code: "not_paused",
      message,
      hint: "pause it first",
      command: ["jobs", "pause", deployment, name],
    }
    : { code: "not_paused", message, hint: "cancel its operations one by one" };
}

/** Throws away what stands in a queue. It is told to the audit history first. */
export function discardWork(
  open: OpenQueue,
  work: readonly JudgedWork[],
  editor: DataEditor,
): Promise<Result<Emptied, ExplainedError>> {
  return emptyQueue(open, work, editor, {
    kind: "queue.discarded",
    why: "it was thrown away with all that waited",
  });
}

/** Moves jobs into another queue of their service, one after the other. It is told to the audit history first. */
export function moveJobs(
  open: OpenQueue,
  to: QueueAccess,
  jobs: readonly JudgedWork[],
  editor: DataEditor,
): Promise<Result<Emptied, ExplainedError>> {
  const { name } = to.surface;
  return emptyQueue(open, jobs, editor, {
    kind: "queue.moved",
    to: name,
    why: `it was moved to ${name}`,
    take: (message) => putInto(to, message, open.queue),
  });
}

interface Emptying {
  readonly kind: "queue.discarded" | "queue.moved";
  readonly to?: string;
  /** Is said in records. */
  readonly why: string;
  /** Takes something before it is removed; the answer says why it stays. */
  readonly take?: (message: StoredMessage) => Promise<Result<string | undefined, ExplainedError>>;
}

async function emptyQueue(
  open: OpenQueue,
  judged: readonly JudgedWork[],
  editor: DataEditor,
  { kind, to, why, take }: Emptying,
): Promise<Result<Emptied, ExplainedError>> {
  const { queue } = open;
  const { deployment, name, stream, binding } = queue;
  if (binding === undefined) return err(notMade(queue));
  const { messaging, by } = editor;
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const stay = judged.flatMap(({ id, stays }) => stays === undefined ? [] : [{ id, why: stays }]);
  const going = judged.filter(({ stays }) => stays === undefined);
  if (going.length === 0) return ok({ gone: 0, stay });
  const note = await auditNotes(editor);
  const details = { queue: name, ...(to === undefined ? {} : { to }), count: String(going.length) };
  const noted = (await note({ kind, by, subject: deployment, details })).take();
  if (isErr(noted)) return noted;
  const api = new StreamApi(requests, stream);
  const owner = { deployment, kind: queue.kind, queue: queueName(name) };
  const own = new QueueStream({ ...owner, requests, binding });
  const end = recordEnder(open, messaging);
  let gone = 0;
  const failed = (error: ExplainedError) => {
    const far = `${gone} of ${going.length} are done`;
    return err({ ...error, message: `${error.message}; ${far}` });
  };
  for (const { id, sequence } of going) {
    const message = (await api.message({ at: sequence }, patience())).take();
    if (isErr(message)) return failed(unreached(queue, message.error));
    const place = message && parsePlace(message.subject);
    if (message === undefined || place?.queue !== owner.queue || place.kind !== owner.kind) {
      stay.push({ id, why: "is not there any more, or its time has come" });
      continue;
    }
    const stays = (await take?.(message))?.take();
    if (isErr(stays)) return failed(stays.error);
    if (stays !== undefined) {
      stay.push({ id, why: stays });
      continue;
    }
    const ended = (await end(new QueueItem(message, stream), message, why)).take();
    if (isErr(ended)) return failed(ended.error);
    const removed = (await own.remove(sequence, patience())).take();
    if (isErr(removed)) return failed(unreached(queue, removed.error));
    gone++;
  }
  return ok({ gone, stay });
}

/** Puts a job of another queue into one; the answer says why it stays where it is. */
async function putInto(
  to: QueueAccess,
  message: StoredMessage,
  from: Queue,
): Promise<Result<string | undefined, ExplainedError>> {
  const { surface, stream } = to;
  const plan = movedJob(surface, message, from.stream).take();
  if (isErr(plan)) return ok(plan.error);
  for (const slot of plan.slots) {
    const entry = plan.entry(slot);
    const put = (await stream.enqueue(entry, { isOnly: plan.isOnly, deadline: patience() })).take();
    if (isErr(put)) return err(unreached(from, put.error));
    if (put.kind === "stored") return ok(undefined);
    const there = (await stream.find(slot, patience())).take();
    if (isErr(there)) return err(unreached(from, there.error));
    // It was moved before, and not taken out here.
    if (there && new QueueItem(there, from.stream).id === entry.id) return ok(undefined);
  }
  return ok(`has a key of which ${surface.name} holds as many as may be unfinished`);
}

function unreached({ deployment, name }: Queue, failure: ApiFailure): ExplainedError {
  const { reason, what } = failureMeaning(failure);
  return {
    code: reason === "missing" ? "not_found" : reason,
    message: `${name} of ${deployment}: ${what}`,
  };
}

function patience(): number {
  return performance.now() + PATIENCE_MS;
}
