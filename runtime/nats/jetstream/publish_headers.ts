/** Names the write that made a message, so that a writer recognises its own after a lost answer. */
export const OPERATION_ID_HEADER = "Trellis-Operation-Id";
/** The message is stored only when this is its subject's last sequence; 0: when there is none. */
export const EXPECTED_SEQUENCE_HEADER = "Nats-Expected-Last-Subject-Sequence";
/** For which subjects that is meant, where it is not the message's own; only from 2.11 on. */
export const EXPECTED_SUBJECT_HEADER = "Nats-Expected-Last-Subject-Sequence-Subject";
/** A message with the id of an earlier one is not stored again, within the stream's window. */
export const MESSAGE_ID_HEADER = "Nats-Msg-Id";
/**
 * With these lines a message is never stored: beside an id they ask whether a message with that id was. Servers look at
 * the id first, and then refuse one of the two. A stream of three replicas on NATS 2.14 must be asked by both: where the
 * id of the last message is refused alone, its servers do that one after the other, take it for a failure to write, and
 * stop the stream for good. Older servers do not answer the other line.
 */
export const NEVER_STORED_LINES = "Nats-Expected-Last-Msg-Id: none\r\nNats-Rollup: none\r\n";
/** The server removes the message after this time, as `60s`; only where the stream allows it. */
export const MESSAGE_TTL_HEADER = "Nats-TTL";
/** When the server sends the message on, as `@at 2026-01-31T12:00:00Z`, or by the calendar; from 2.12, and 2.14. */
export const SCHEDULE_HEADER = "Nats-Schedule";
/** Where it sends it. */
export const SCHEDULE_TARGET_HEADER = "Nats-Schedule-Target";
/** The time zone of the calendar; UTC where it is missing. */
export const SCHEDULE_ZONE_HEADER = "Nats-Schedule-Time-Zone";
