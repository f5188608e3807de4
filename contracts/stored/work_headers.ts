/**
 * The headers of what is stored and worked on later, beside those of events: who caused it, and how it has
 * fared. They are written by those who store and read by those who work, and by people who look.
 *
 * @module
 */

/** Which try the next delivery is, from 1; counted by Trellis, because a park or a restart costs none. */
export const ATTEMPT_HEADER = "Trellis-Attempt";
/**
 * What caused the message: `rpc:<request id>`, `event:<event id>/<group>`, `job:<id>`, `op:<id>`
 * or `cron:<name>@<tick>`. The ids make a chain that can be followed
 * back.
 */
export const CAUSE_HEADER = "Trellis-Cause";
/** Digest of the contract under which the writer ran. */
export const DIGEST_HEADER = "Trellis-Digest";
/** Since when its handler puts it off without a try, ISO 8601 in UTC, by the clock of the server. */
export const PUT_OFF_SINCE_HEADER = "Trellis-Put-Off-Since";
/** Where a message that was parked or given up came from: `<stream> <sequence> <subject>`. */
export const ORIGIN_HEADER = "Trellis-Origin";
/** Id of a job; that of an operation, too. It stays the same however often it is tried, parked or retried. */
export const JOB_ID_HEADER = "Trellis-Job-Id";
/** When a job was created, ISO 8601 in UTC, by the clock of who created it. */
export const JOB_TIME_HEADER = "Trellis-Job-Time";
/** When a job is given up, ISO 8601 in UTC; missing: never. */
export const DEADLINE_HEADER = "Trellis-Deadline";
/** Who started an operation, as `user:ada`. */
export const OWNER_HEADER = "Trellis-Owner";
/** Version of the shape of the payload, as `v1`. */
export const PAYLOAD_VERSION_HEADER = "Trellis-Payload";
/** Why it was given up: `failed`, `invalid`, `gave_up`, `crashed` or `expired`. */
export const DEAD_REASON_HEADER = "Trellis-Dead-Reason";
/** The last error, as one line of text. */
export const DEAD_ERROR_HEADER = "Trellis-Dead-Error";
/** How often it was tried. */
export const DEAD_TRIES_HEADER = "Trellis-Dead-Tries";
/** When it was given up, ISO 8601 in UTC. */
export const DEAD_TIME_HEADER = "Trellis-Dead-Time";
/** The event up to which a value of a projection is folded: `<created of the stream>:<sequence>`. */
export const POSITION_HEADER = "Trellis-Position";
/** The event at which the key of a projection stands still, because it could not be folded: `<sequence> <id>`. */
export const HELD_HEADER = "Trellis-Held";
