/** The streams of Trellis itself, on every server that it runs on. */

import { AUTHORITY_BUCKET } from "./authority_records.ts";
import { EVENT_STREAM } from "./event_stream.ts";
import { SESSIONS_BUCKET } from "./session_record.ts";
import { STATE_BUCKET } from "./state_key.ts";

/** The KV bucket of what was granted to whom; keys as `user.ada`. */
export const HOLDINGS_BUCKET = "trellis_grants";

/**
 * The KV bucket of users. `user.<id>` holds the record, which every connection of the user asks for;
 * `name.616461`, how the name looks in hexadecimal UTF-8, holds the id: one look, one user. So does
 * `identity.<hash>`.
 */
export const USERS_BUCKET = "trellis_users";

/** The KV bucket of logins that are under way. */
export const LOGINS_NAME = "trellis_logins";

/** The KV bucket of attempts to log in that have not succeeded. */
export const ATTEMPTS_NAME = "trellis_attempts";

/** The stream of the audit history. */
export const AUDIT_STREAM = "trellis_audit";

/** The stream of leases. */
export const LEASE_STREAM = "trellis_leases";

/** All of them. The records first: what is made new is kept as they are. */
export const OWN_STREAMS: readonly string[] = [
  `KV_${AUTHORITY_BUCKET}`,
  EVENT_STREAM,
  `KV_${SESSIONS_BUCKET}`,
  `KV_${USERS_BUCKET}`,
  `KV_${HOLDINGS_BUCKET}`,
  `KV_${STATE_BUCKET}`,
  `KV_${LOGINS_NAME}`,
  `KV_${ATTEMPTS_NAME}`,
  AUDIT_STREAM,
  LEASE_STREAM,
];
