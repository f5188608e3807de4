import { cronJobId, parsePlace, type QueuePlace } from "../../contracts/stored/job_names.ts";
import {
  ATTEMPT_HEADER,
  CAUSE_HEADER,
  DEADLINE_HEADER,
  JOB_ID_HEADER,
  JOB_TIME_HEADER,
  ORIGIN_HEADER,
  PAYLOAD_VERSION_HEADER,
  PUT_OFF_SINCE_HEADER,
} from "../../contracts/stored/work_headers.ts";
import {
  SPAN_HEADER,
  TRACEPARENT_HEADER,
  TRACESTATE_HEADER,
} from "../nats/headers/header_names.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import type { StoredMessage } from "../nats/jetstream/stored_message.ts";
import type { WorkItem } from "../work/delivery.ts";
import { namedId } from "./queue_key.ts";
import { scheduleOfSlot } from "./scheduled_id.ts";

/** What the jobs of schedules are given by who reads them: the server has written them. */
export interface ScheduledJobs {
  /** The time for which a schedule has created a job that was stored at another time, a moment later. */
  readonly tickOf: (schedule: string, storedAt: number) => Date;
  /** Milliseconds until such a job is given up; undefined: it never is. */
  readonly deadlineMs: number | undefined;
}

/** What a message of a queue stands for. Headers are read at first use. */
export class QueueItem implements WorkItem {
  readonly id: string;
  readonly place: QueuePlace;
  /** True when it comes from a schedule, in the slot that all of its jobs arrive in. */
  readonly isScheduled: boolean;
  readonly #message: Omit<StoredMessage, "data">;
  readonly #stream: string;
  readonly #deadlineMs: number | undefined;

  /** @param stream that holds the message */
  constructor(message: Omit<StoredMessage, "data">, stream: string, scheduled?: ScheduledJobs) {
    this.#message = message;
    this.#stream = stream;
    const place = parsePlace(message.subject);
    if (place === undefined) throw new TypeError(`${message.subject} is no place of a queue`);
    this.place = place;
    const id = this.header(JOB_ID_HEADER);
    const schedule = id === undefined ? scheduleOfSlot(place.slot) : undefined;
    this.isScheduled = schedule !== undefined;
    this.#deadlineMs = this.isScheduled ? scheduled?.deadlineMs : undefined;
    this.id = schedule === undefined
      ? namedId(id ?? place.slot)
      : cronJobId(schedule, scheduled?.tickOf(schedule, message.writtenAt) ?? wholeSecond(message));
  }

  get origin(): string {
    const { sequence, subject } = this.#message;
    return this.header(ORIGIN_HEADER) ?? `${this.#stream} ${sequence} ${subject}`;
  }

  get attempt(): number {
    const attempt = Number(this.header(ATTEMPT_HEADER) ?? 1);
    return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1;
  }

  /** ISO 8601 in UTC. */
  get createdAt(): string {
    return this.#time(JOB_TIME_HEADER) ?? new Date(this.#message.writtenAt).toISOString();
  }

  /** When it is given up, ISO 8601 in UTC; undefined: never. */
  get deadline(): string | undefined {
    if (this.#deadlineMs === undefined) return this.#time(DEADLINE_HEADER);
    return new Date(this.#message.writtenAt + this.#deadlineMs).toISOString();
  }

  /** Version of the shape of its body; undefined: the first. */
  get payloadVersion(): string | undefined {
    return this.header(PAYLOAD_VERSION_HEADER);
  }

  /** Since when it is put off, in milliseconds since 1970; undefined: it is not. */
  get putOffSince(): number | undefined {
    const since = this.#time(PUT_OFF_SINCE_HEADER);
    return since === undefined ? undefined : Date.parse(since);
  }

  get cause(): string | undefined {
    return this.header(CAUSE_HEADER);
  }

  get traceparent(): string | undefined {
    return this.header(TRACEPARENT_HEADER);
  }

  get tracestate(): string | undefined {
    return this.header(TRACESTATE_HEADER);
  }

  /** The reported request or event that it was created for. */
  get span(): string | undefined {
    return this.header(SPAN_HEADER);
  }

  /** A time in a header; undefined where there is none, or something else. */
  #time(name: string): string | undefined {
    const time = this.header(name);
    return time === undefined || Number.isNaN(Date.parse(time)) ? undefined : time;
  }

  /** A header of the message. */
  header(name: string): string | undefined {
    return headerValue(this.#message.headers, name);
  }
}

function wholeSecond({ writtenAt }: Pick<StoredMessage, "writtenAt">): Date {
  return new Date(Math.floor(writtenAt / 1000) * 1000);
}
