/**
 * The headers of what is stored and worked on later, beside those of events: who caused it, and how it has
 * fared. They are written by those who store and read by those who work, and by people who look.
 *
 * @module
 */

/** Which try the next delivery is, from 1; counted by Trellis, because a park or a restart costs none. */
export const ATTEMPT_HEADER = "Trellis-Attempt";
/**
 * What caused the message: `rpc:<request id>`, `event:<event id>`, `job:<id>`, `op:<id>`
 * or `cron:<name>@<tick>`. The ids make a chain that can be followed
 * back.
 */
export const CAUSE_HEADER = "Trellis-Cause";
/** Digest of the contract under which the writer ran. */
export const DIGEST_HEADER = "Trellis-Digest";
/** Where a message that was parked or given up came from: `<stream> <sequence> <subject>`. */
export const ORIGIN_HEADER = "Trellis-Origin";
/** Why it was given up: `failed`, `invalid`, `gave_up` or `crashed`. */
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
