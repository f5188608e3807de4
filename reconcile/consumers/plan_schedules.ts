import { lastTick } from "../../contracts/schedule/cron.ts";
import { cronJobId } from "../../contracts/stored/job_names.ts";
import {
  CAUSE_HEADER,
  JOB_ID_HEADER,
  JOB_TIME_HEADER,
  PAYLOAD_VERSION_HEADER,
} from "../../contracts/stored/work_headers.ts";
import type { WorkMessage } from "../resources/work_streams.ts";
import { isSameSchedule, type ScheduleRow } from "./schedule_row.ts";
import type { WorkAction } from "./work_action.ts";
import type { WorkFound } from "./work_found.ts";
import type { WorkRow } from "./work_row.ts";

/** How long the server may take to create the job of a time. */
const GRACE_MS = 10_000;

/** Derives which schedules the server is to repeat, and which not any more. Pure. */
export function planSchedules(rows: readonly WorkRow[], found: WorkFound): readonly WorkAction[] {
  const declared = rows.flatMap(({ name, schedules = [] }) =>
    schedules.map((schedule) => [name, schedule] as const)
  );
  const wanted = new Set(declared.map(([, { message }]) => message.subject));
  const gone = [...found.schedules].filter(([subject]) => !wanted.has(subject));
  return [
    ...gone.map(([subject, { stream, sequence }]): WorkAction => ({
      kind: "remove_schedule",
      subject: { kind: "job", alias: subject.split(".")[3] ?? "", name: scheduleName(subject) },
      stream,
      sequence,
    })),
    ...declared.flatMap(([alias, schedule]): readonly WorkAction[] => {
      const { message, name } = schedule;
      const stored = found.schedules.get(message.subject);
      if (stored !== undefined && isSameSchedule(message, stored)) return [];
      return [{
        kind: "put_schedule",
        subject: { kind: "job", alias, name },
        message,
        isNew: stored === undefined,
      }];
    }),
  ];
}

/** What is known of the last jobs of a schedule. */
export interface SeenTicks {
  /** The last time that a worker has seen; undefined: none. */
  readonly seen: Date | undefined;
  /** When the last of its jobs that wait was stored; undefined: none waits. */
  readonly waiting: Date | undefined;
}

/** A time of a schedule that the server may have missed while it was down. */
export interface MissableTick {
  readonly tick: Date;
  /** The id of its job. */
  readonly id: string;
}

/**
 * The last time of a schedule that may have been missed; undefined where none is to be made up.
 *
 * @param since when its message was stored; undefined: it is not there
 */
export function missableTick(
  { declared, name }: Pick<ScheduleRow, "declared" | "name">,
  since: Date | undefined,
  now: Date,
): MissableTick | undefined {
  if (declared.catchUp !== "last" || since === undefined) return undefined;
  const tick = lastTick(declared, new Date(now.getTime() - GRACE_MS));
  return tick === undefined || since >= tick ? undefined : { tick, id: cronJobId(name, tick) };
}

/** The job of a time that was missed; undefined where it waits, or was begun. */
export function missedJob(
  { name, target, message }: ScheduleRow,
  { tick, id }: MissableTick,
  { seen, waiting }: SeenTicks,
  now: Date,
): WorkMessage | undefined {
  if ([seen, waiting].some((one) => one !== undefined && one >= tick)) return undefined;
  const version = message.headers[PAYLOAD_VERSION_HEADER];
  return {
    subject: target.slice(0, target.lastIndexOf(".") + 1) + id,
    headers: {
      [JOB_ID_HEADER]: id,
      [JOB_TIME_HEADER]: now.toISOString(),
      [CAUSE_HEADER]: `cron:${name}@${tick.toISOString()}`,
      ...(version === undefined ? {} : { [PAYLOAD_VERSION_HEADER]: version }),
      "Nats-Msg-Id": id,
      // Another process may make it up at the same time.
      "Nats-Expected-Last-Subject-Sequence": "0",
    },
    body: message.body,
  };
}

function scheduleName(subject: string): string {
  return subject.slice(subject.lastIndexOf(".") + 1);
}
