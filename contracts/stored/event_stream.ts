/** Where events live, shared by those who make the stream and those who publish. */

/** The JetStream stream of all events. */
export const EVENT_STREAM = "trellis_events";

/** What the stream takes: every event of every version, `events.v1.Orders.Placed.42`. */
export const EVENT_SUBJECTS = "events.*.>";
