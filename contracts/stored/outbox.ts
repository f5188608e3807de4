/**
 * How a bucket carries events until they are published, the only home of these names. An event that is
 * committed together with values waits in the stream of the bucket itself, under a subject of its own.
 *
 * @module
 */

/** Where an event that waits will be published, as `events.v1.Orders.Placed.42`. */
export const EVENT_SUBJECT_HEADER = "Trellis-Event-Subject";

/** `forever` for an event that is to be stored so; its bucket may not store such a message. */
export const EVENT_KEEP_HEADER = "Trellis-Event-Keep";

/** Where a job that waits goes, as JSON: {@link OutboxJob}. */
export const OUTBOX_JOB_HEADER = "Trellis-Outbox-Job";

/** Where a job that was committed together with values will stand. */
export interface OutboxJob {
  /** The queue, as it is declared. */
  readonly queue: string;
  readonly class: number;
  readonly lane: number;
  /** The slots that it may stand in, in the order in which they are tried. */
  readonly slots: readonly string[];
  /** Whether nothing else may have its slot. */
  readonly isOnly: boolean;
  /** When it is begun, ISO 8601 in UTC; missing: as soon as there is a worker. */
  readonly runAt?: string;
}

/** What comes before the id of an event that waits in a bucket. */
export function outboxPrefix(bucket: string): string {
  return `outbox.${bucket}.`;
}

/** All events that wait in a bucket. */
export function outboxSubjects(bucket: string): string {
  return `${outboxPrefix(bucket)}>`;
}
