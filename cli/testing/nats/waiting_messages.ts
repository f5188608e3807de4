import { JetStreamApiError, type JetStreamManager, type StoredMsg } from "@nats-io/jetstream";
import { nextTick } from "../../../contracts/schedule/cron.ts";
import { cronJobId, cronSlot } from "../../../contracts/stored/job_names.ts";
import { JOB_ID_HEADER, JOB_TIME_HEADER } from "../../../contracts/stored/work_headers.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import {
  MESSAGE_ID_HEADER,
  SCHEDULE_HEADER,
  SCHEDULE_TARGET_HEADER,
  SCHEDULE_ZONE_HEADER,
} from "../../../runtime/nats/jetstream/publish_headers.ts";

/** Streams in which something waits for its time. */
const STREAMS = /^trellis_(?:jobs|later)_/;

/** A message that the server is to send on at a time. */
export interface Waiting {
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  /** Sends it on now, in the server's place; nothing when the server was first. */
  fire(): Promise<void>;
}

/** What is to be sent on first, up to a time; what comes again and again is looked at from `since` on. */
export async function firstWaiting(
  manager: JetStreamManager,
  { connection }: Pick<NatsMessaging, "connection">,
  since: number,
  until: number,
): Promise<Waiting | undefined> {
  const found: Waiting[] = [];
  for await (const { config: { name } } of manager.streams.list()) {
    if (!STREAMS.test(name)) continue;
    const { state } = await manager.streams.info(name, { subjects_filter: ">" });
    for (const subject of Object.keys(state.subjects ?? {})) {
      const message = await manager.streams.getMessage(name, { last_by_subj: subject });
      const waiting = message && waitingOf(name, message);
      if (waiting && waiting.dueAt <= until) found.push(waiting);
    }
  }
  return found.toSorted((a, b) => a.dueAt - b.dueAt)[0];

  function waitingOf(stream: string, message: StoredMsg): Waiting | undefined {
    const schedule = message.header?.get(SCHEDULE_HEADER) ?? "";
    const target = message.header?.get(SCHEDULE_TARGET_HEADER) ?? "";
    const [, at] = /^@at (.+)$/.exec(schedule) ?? [];
    if (target === "") return undefined;
    if (at !== undefined) {
      const dueAt = Date.parse(at);
      return { dueAt, fire: () => sendOnce(stream, message, target) };
    }
    const timeZone = message.header.get(SCHEDULE_ZONE_HEADER);
    const times = { cron: schedule, ...(timeZone === "" ? {} : { timeZone }) };
    const tick = nextTick(times, new Date(since));
    if (tick === undefined) return undefined;
    return { dueAt: tick.getTime(), fire: () => createJob(message, target, tick) };
  }

  async function sendOnce(stream: string, message: StoredMsg, target: string): Promise<void> {
    try {
      await manager.streams.deleteMessage(stream, message.seq, false);
    } catch (error) {
      if (error instanceof JetStreamApiError) return;
      throw error;
    }
    await send(target, message, {});
  }

  /** Under the id of its time, as those who make up for missed times do. */
  async function createJob(message: StoredMsg, target: string, tick: Date): Promise<void> {
    const name = message.subject.slice(message.subject.lastIndexOf(".") + 1);
    const id = cronJobId(name, tick);
    const place = target.slice(0, -cronSlot(name).length) + id;
    await send(place, message, {
      [JOB_ID_HEADER]: id,
      [JOB_TIME_HEADER]: tick.toISOString(),
      [MESSAGE_ID_HEADER]: id,
    });
  }

  async function send(
    subject: string,
    { header, data }: StoredMsg,
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    for (const name of header.keys().filter((name) => name.startsWith("Nats-"))) {
      header.delete(name);
    }
    for (const [name, value] of Object.entries(more)) header.set(name, value);
    await connection.request(subject, data, { headers: header, timeout: 5000 });
  }
}
