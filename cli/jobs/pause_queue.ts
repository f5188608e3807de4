import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { isAtLeast } from "../../runtime/nats/server_version.ts";
import { auditNotes } from "../program/audit_notes.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { DataEditor } from "../program/data_audit.ts";
import { notMade, type Queue } from "./queues.ts";

/** Everything together takes as long at most, in milliseconds. */
const PATIENCE_MS = 10_000;
/**
 * A queue that is resumed is paused for this long once more, in milliseconds: at its end the server wakes those
 * who wait for work, and without one they hear of it with their next heartbeat.
 */
const LAST_PAUSE_MS = 20;
/** The end of a pause that has none. */
const NEVER = "9999-12-31T00:00:00.000Z";
/** Durable consumers can be paused since this version of NATS. */
const SINCE = "2.11.0";

/** Has a queue begin with nothing more, until a time or until it is resumed; what is in work goes on. */
export function pauseQueue(
  queue: Queue,
  /** Milliseconds; undefined: until it is resumed. */
  forMs: number | undefined,
  editor: DataEditor,
): Promise<Result<void, ExplainedError>> {
  return setPause(queue, "queue.paused", forMs, editor);
}

/** Has a paused queue go on at once. */
export function resumeQueue(
  queue: Queue,
  editor: DataEditor,
): Promise<Result<void, ExplainedError>> {
  return setPause(queue, "queue.resumed", LAST_PAUSE_MS, editor);
}

async function setPause(
  queue: Queue,
  kind: "queue.paused" | "queue.resumed",
  forMs: number | undefined,
  editor: DataEditor,
): Promise<Result<void, ExplainedError>> {
  const { deployment, name, binding, stream } = queue;
  const { messaging, by } = editor;
  if (binding === undefined || binding.consumers.length === 0) return err(notMade(queue));
  const { version = "" } = messaging.connection.info ?? {};
  if (!isAtLeast(version, SINCE)) {
    return err({
      code: "unsupported",
      message: `pausing a queue needs NATS ${SINCE}, and this is ${version}`,
      hint: "stop the service instead",
    });
  }
  const deadline = performance.now() + PATIENCE_MS;
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const api = new StreamApi(requests, stream);
  // By the clock of the server: that of this machine may be wrong.
  const info = (await api.info(deadline)).take();
  if (isErr(info)) return err(notPaused(queue, info.error));
  const until = forMs === undefined ? NEVER : new Date(info.at + forMs).toISOString();
  const note = await auditNotes(editor);
  const details = { queue: name, ...(kind === "queue.paused" ? { until } : {}) };
  const noted = (await note({ kind, by, subject: deployment, details })).take();
  if (isErr(noted)) return noted;
  const body = JSON.stringify({ pause_until: until });
  for (const consumer of binding.consumers.flat()) {
    const subject = `$JS.API.CONSUMER.PAUSE.${stream}.${consumer}`;
    const paused = (await api.ask(subject, body, deadline)).take();
    if (isErr(paused)) return err(notPaused(queue, paused.error));
  }
  return ok();
}

function notPaused({ deployment, name }: Queue, failure: ApiFailure): ExplainedError {
  const doing = `pausing ${name} of ${deployment}`;
  const { reason, what } = failureMeaning(failure);
  return { code: reason === "missing" ? "not_found" : reason, message: `${doing}: ${what}` };
}
