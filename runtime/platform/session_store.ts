import type { SessionRecord } from "../../contracts/stored/session_record.ts";

/** Where the sessions are kept; by their tokens. */
export interface SessionStore {
  /** The latest record, never an older one; undefined when there is none. Rejects when it cannot be read. */
  get(session: string): Promise<SessionRecord | undefined>;
  /** Writes a record over what was there. */
  put(record: SessionRecord): Promise<void>;
  /** Removes a record that is not needed any more. */
  remove(session: string): Promise<void>;
}
