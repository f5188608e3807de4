import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Stored } from "../records/record_store.ts";
import type { UserRecord } from "./user_record.ts";

/** Where users are kept. */
export interface UserStore {
  /** The user of a name, never an older record; undefined where there is none. */
  byName(name: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>>;
  /** Every user. */
  loadAll(): Promise<Result<readonly UserRecord[], AuthorityError>>;
  /**
   * Writes a user who still has the revision that was read; undefined: a new one. False when somebody else
   * was faster, or has the name.
   */
  save(user: UserRecord, revision: number | undefined): Promise<Result<boolean, AuthorityError>>;
}
