import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import { keyAt, laneOf } from "../../contracts/stored/key_lane.ts";
import {
  JOB_ID_HEADER,
  JOB_TIME_HEADER,
  ORIGIN_HEADER,
  PAYLOAD_VERSION_HEADER,
} from "../../contracts/stored/work_headers.ts";
import { readBody } from "../../runtime/events/read_body.ts";
import type { JobSurface } from "../../runtime/jobs/job_surface.ts";
import { type JobPlan, keyedSlots } from "../../runtime/jobs/plan_job.ts";
import { slotOfId } from "../../runtime/jobs/queue_key.ts";
import type { PlacedEntry } from "../../runtime/jobs/queue_entry.ts";
import { QueueItem } from "../../runtime/jobs/queue_item.ts";
import { markText } from "../../runtime/nats/headers/prepared_headers.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { bodyMisfitText } from "../letters/event_schemas.ts";
import { dueAtOf } from "./queued_message.ts";

/** A payload, and the version as which a queue takes it. */
export interface TakenPayload {
  readonly version: string;
  readonly payload: JsonValue;
}

/**
 * As which version a queue takes a payload of another one: as the one that it has, where the queue reads that, else as
 * today's. The error says why it takes it as neither, behind "its payload".
 */
export function takenPayload(
  { payload, payloadVersion, accepted }: JobSurface,
  version: string = DEFAULT_PAYLOAD_VERSION,
  body: Uint8Array,
): Result<TakenPayload, string> {
  const earlier = version === payloadVersion ? undefined : accepted.get(version);
  const asEarlier = earlier && readBody(earlier, body).take();
  if (asEarlier !== undefined && !isErr(asEarlier)) return ok({ version, payload: asEarlier });
  const asToday = readBody(payload, body).take();
  if (!isErr(asToday)) return ok({ version: payloadVersion, payload: asToday });
  return err(bodyMisfitText(asEarlier?.error ?? asToday.error));
}

/** What is said of its place and of its shape, and is told anew. */
const TOLD_ANEW = [ORIGIN_HEADER, PAYLOAD_VERSION_HEADER, JOB_ID_HEADER, JOB_TIME_HEADER];

/**
 * Where a job goes in another queue of its service: with its id, its tries, its deadline and the time that it waits
 * for. The error says why it cannot, behind "it".
 */
export function movedJob(
  surface: JobSurface,
  message: StoredMessage,
  stream: string,
): Result<JobPlan<PlacedEntry>, string> {
  const item = new QueueItem(message, stream);
  const { id, createdAt, place } = item;
  const taken = takenPayload(surface, item.payloadVersion, message.data).take();
  if (isErr(taken)) return err(`does not fit ${surface.name}: ${taken.error}`);
  const { version, payload } = taken;
  const { keyConcurrency, priorities = 1 } = surface.declared;
  const keyed = keyedSlots(surface, payload);
  const named = slotOfId(id);
  // It is looked for where its id says that it stands.
  if (keyed !== undefined && named !== id && !keyed.includes(named)) {
    return err(`has another key in ${surface.name} than its id says`);
  }
  const carried = message.headers.split("\r\n").slice(1).filter((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf(":")));
    return name !== "" && !name.startsWith("Nats-") && !TOLD_ANEW.includes(name);
  });
  const dueAt = dueAtOf(item);
  const entry = {
    id,
    // It was created under its own id a moment ago, perhaps.
    messageId: `${id}:moved:${surface.queue}:${message.sequence}`,
    class: Math.min(place.class, priorities - 1),
    lane: keyConcurrency === undefined ? 0 : laneOf(keyAt(payload, keyConcurrency.key)),
    body: message.data,
    ...(dueAt === undefined ? {} : { runAt: dueAt }),
    lines: `${JOB_ID_HEADER}: ${id}\r\n${JOB_TIME_HEADER}: ${createdAt}\r\n` +
      markText(
        PAYLOAD_VERSION_HEADER,
        version === DEFAULT_PAYLOAD_VERSION ? undefined : version,
      ) + carried.map((line) => `${line}\r\n`).join(""),
  };
  return ok({
    slots: keyed ?? [id],
    // One that was moved before, and not taken out where it was, has its slot.
    isOnly: true,
    isLater: dueAt !== undefined,
    entry: (slot) => ({ ...entry, slot }),
  });
}
