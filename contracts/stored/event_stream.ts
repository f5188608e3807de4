/** Where events live, shared by those who make the stream and those who publish. */

/** The JetStream stream of all events. */
export const EVENT_STREAM = "trellis_events";

/** What the stream takes: every event of every version, `events.v1.Orders.Placed.42`. */
export const EVENT_SUBJECTS = "events.*.>";

/** The event's id: a ULID. */
export const EVENT_ID_HEADER = "Trellis-Event-Id";
/** When the event was prepared: ISO 8601 in UTC. */
export const EVENT_TIME_HEADER = "Trellis-Event-Time";
