import { isRecord } from "../../contracts/json/json.ts";
import type { ManifestSchedule } from "../../contracts/manifest/manifest.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";
import {
  cronSlot,
  placeSubject,
  queueName,
  scheduleSubject,
} from "../../contracts/stored/job_names.ts";
import { keyAt, laneOf } from "../../contracts/stored/key_lane.ts";
import { CAUSE_HEADER, PAYLOAD_VERSION_HEADER } from "../../contracts/stored/work_headers.ts";
import type { JobNeed } from "../needs/need_types.ts";
import type { WorkMessage } from "../resources/work_streams.ts";
import {
  SCHEDULE_HEADER,
  SCHEDULE_TARGET_HEADER,
  SCHEDULE_ZONE_HEADER,
} from "../../runtime/nats/jetstream/publish_headers.ts";

/** A schedule of a queue, and the message that the server repeats. */
export interface ScheduleRow {
  readonly queue: string;
  readonly name: string;
  readonly declared: ManifestSchedule;
  /** Where each of its jobs arrives. */
  readonly target: string;
  readonly message: WorkMessage;
}

/** Headers by which a schedule is compared with what is stored. */
const COMPARED = [
  SCHEDULE_HEADER,
  SCHEDULE_ZONE_HEADER,
  SCHEDULE_TARGET_HEADER,
  PAYLOAD_VERSION_HEADER,
];
/** The class of a job that says nothing, where there are classes. */
const USUAL_CLASS = 1;

/** The schedules of a queue. Pure. */
export function scheduleRows(
  deployment: string,
  name: string,
  { payloadVersion = DEFAULT_PAYLOAD_VERSION, settings }: JobNeed,
): readonly ScheduleRow[] {
  const { schedules, keyConcurrency, priorities } = settings;
  if (!isRecord(schedules)) return [];
  const queue = queueName(name);
  return Object.entries(schedules).map(([schedule, value]) => {
    // The manifest check has seen it.
    const declared = value as object as ManifestSchedule;
    const key = isRecord(keyConcurrency) ? String(keyConcurrency.key) : undefined;
    const target = placeSubject(deployment, "run", {
      kind: "job",
      queue,
      class: priorities === undefined ? 0 : USUAL_CLASS,
      lane: key === undefined ? 0 : laneOf(keyAt(declared.payload, key)),
      slot: cronSlot(schedule),
    });
    const { cron, timeZone = "UTC", payload } = declared;
    return {
      queue,
      name: schedule,
      declared,
      target,
      message: {
        subject: scheduleSubject(deployment, queue, schedule),
        headers: {
          [SCHEDULE_HEADER]: cron,
          [SCHEDULE_TARGET_HEADER]: target,
          ...(timeZone === "UTC" ? {} : { [SCHEDULE_ZONE_HEADER]: timeZone }),
          ...(payloadVersion === DEFAULT_PAYLOAD_VERSION
            ? {}
            : { [PAYLOAD_VERSION_HEADER]: payloadVersion }),
          [CAUSE_HEADER]: `cron:${schedule}`,
        },
        body: JSON.stringify(payload),
      },
    };
  });
}

/** Whether the server repeats what is declared. */
export function isSameSchedule(
  declared: WorkMessage,
  stored: Pick<WorkMessage, "headers" | "body">,
): boolean {
  return declared.body === stored.body &&
    COMPARED.every((name) => declared.headers[name] === stored.headers[name]);
}
