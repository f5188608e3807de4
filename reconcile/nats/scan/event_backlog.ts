import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { EVENT_ID_HEADER } from "../../../contracts/stored/event_stream.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { ImpactQuestion, PendingMisfits } from "../../changes/impact.ts";
import type { EventGroup, EventTarget } from "../../impact/bucket_scanner.ts";
import { ImpactTally } from "../../impact/impact_tally.ts";
import type { ScannedRevision } from "../../impact/scanned_revision.ts";
import {
  readStreamOnce,
  type StreamReadingEnd,
  type StreamReadingFailure,
  type StreamReadingOptions,
} from "./read_stream_once.ts";
import type { ScannedMessage } from "./scanned_message.ts";

/** An event as a scan sees it, by its id. */
export function eventRevision(
  { sequence, writtenAt, bytes, data, header }: ScannedMessage,
): ScannedRevision {
  const key = header(EVENT_ID_HEADER) ?? `seq-${sequence}`;
  return { key, writtenAt, bytes, marker: false, value: data };
}

/** What groups have not settled of an event, at the places of the questions; `complete`: all was looked at. */
export interface EventBacklog {
  readonly pending: readonly (readonly PendingMisfits[])[];
  readonly complete: boolean;
}

type BacklogOptions = Pick<StreamReadingOptions, "deadline" | "forgottenAfterMs" | "signal">;

/** Finds what groups would be given of an event that a question concerns. */
export async function eventBacklog(
  connection: NatsConnection,
  manager: JetStreamManager,
  { name, groups }: Omit<EventTarget, "kind">,
  questions: readonly ImpactQuestion[],
  options: BacklogOptions,
): Promise<Result<EventBacklog, StreamReadingFailure>> {
  const pending: PendingMisfits[][] = questions.map(() => []);
  let complete = true;
  for (const { deployment, group, sources } of groups) {
    const tally = new ImpactTally(questions, { bucket: name, at: 0, history: 1, isEvent: true });
    for (const source of sources) {
      const read = (await tallySource(connection, manager, source, tally, options)).take();
      if (isErr(read)) return read;
      complete &&= read === "complete";
    }
    for (const [at, { values, scanned }] of tally.impacts(true).entries()) {
      if (values > 0) pending[at]?.push({ deployment, group, values, scanned });
    }
  }
  return ok({ pending, complete });
}

/** Reads what a consumer has not settled. */
async function tallySource(
  connection: NatsConnection,
  manager: JetStreamManager,
  { stream, consumer, filter }: EventGroup["sources"][number],
  tally: ImpactTally,
  options: BacklogOptions,
): Promise<Result<StreamReadingEnd, StreamReadingFailure>> {
  const info = await orGone(manager.consumers.info(stream, consumer));
  if (info === undefined || info.num_pending + info.num_ack_pending === 0) return ok("complete");
  if (performance.now() >= options.deadline) return ok("late");
  return await readStreamOnce(connection, manager, {
    ...options,
    stream,
    filter,
    after: info.ack_floor.stream_seq,
    through: Number.MAX_SAFE_INTEGER,
    data: true,
    visit: (message) => tally.add(eventRevision(message)),
    tick: () => {},
  });
}
