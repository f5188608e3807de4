import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Stored } from "../records/record_store.ts";
import type { OutsideIdentity } from "./outside_identity.ts";
import type { UserRecord } from "./user_record.ts";

/** What can be read of all users; what is wrong with one does not hide the others. */
export interface AllUsers {
  /** By name. */
  readonly found: readonly UserRecord[];
  readonly problems: readonly AuthorityError[];
}

/** Where users are kept. */
export interface UserStore {
  /** The user of a name, never an older record; undefined where there is none. */
  byName(name: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>>;
  /** The user of an id, never an older record; undefined where there is none. */
  byId(id: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>>;
  /** The user who has a name, or one that looks the same. */
  lookingLike(name: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>>;
  /** The user whom an identity lets in, never an older record; undefined where there is none. */
  byIdentity(
    identity: OutsideIdentity,
  ): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>>;
  /**
   * Notes whose an identity is; it counts while the user's record lists it. False where it lets in somebody
   * else.
   */
  claimIdentity(
    identity: OutsideIdentity,
    userId: string,
  ): Promise<Result<boolean, AuthorityError>>;
  /** Notes whose a name is. False where it, or one that looks the same, is somebody else's. */
  claimName(name: string, userId: string): Promise<Result<boolean, AuthorityError>>;
  /** Frees a name that a user had, unless the one that they have looks the same. */
  releaseName(name: string, user: UserRecord): Promise<Result<void, AuthorityError>>;
  /** Every user. */
  loadAll(): Promise<Result<AllUsers, AuthorityError>>;
  /** Writes a new user; false when somebody else has the name, one that looks the same, or the identity. */
  create(user: UserRecord): Promise<Result<boolean, AuthorityError>>;
  /** Writes a user who still has the revision that was read; false when somebody else was faster. */
  save(user: UserRecord, revision: number | undefined): Promise<Result<boolean, AuthorityError>>;
  /**
   * Removes a user who still has the revision that was read, and frees their name and their identities;
   * false when somebody else was faster.
   */
  remove(user: UserRecord, revision: number | undefined): Promise<Result<boolean, AuthorityError>>;
  /** Calls back with each user that changes, until aborted; without the user where there is none any more. */
  watch(
    changed: (id: string, user: UserRecord | undefined) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
