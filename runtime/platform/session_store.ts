import type { SessionRecord } from "../../contracts/stored/session_record.ts";

/** Where the sessions are kept; by their tokens. */
export interface SessionStore {
  /** The latest record, never an older one; undefined when there is none. Rejects when it cannot be read. */
  get(session: string): Promise<SessionRecord | undefined>;
  /** Writes a record unless there is one; false when there is, whatever it says. */
  create(record: SessionRecord): Promise<boolean>;
  /** Writes a record over what was there. */
  put(record: SessionRecord): Promise<void>;
  /**
   * Changes a record, unless `change` answers undefined, which leaves it as it is; called again with the
   * newer record when somebody else has changed it meanwhile. Answers the record as it is then; undefined
   * when there is none.
   */
  update(
    session: string,
    change: (record: SessionRecord) => SessionRecord | undefined,
  ): Promise<SessionRecord | undefined>;
  /** All records, without those that are damaged. Of many, {@link records} takes less memory. */
  list(): Promise<readonly SessionRecord[]>;
  /** The same, one after the other; one that was written meanwhile may come twice, the later one is the newer. */
  records(): AsyncIterable<SessionRecord>;
  /** Removes a record if it is meant, also when somebody changes it at that moment. */
  removeIf(session: string, isMeant: (record: SessionRecord) => boolean): Promise<void>;
  /** Removes a record that is not needed any more. */
  remove(session: string): Promise<void>;
}
