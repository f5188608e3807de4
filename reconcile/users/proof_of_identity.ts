import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { UserRecord } from "./user_record.ts";

/** Whom failures are told of that are nobody's. What was typed as a name may be a password. */
export const NOBODY = "unknown";

/** Why somebody is not logged in, in words for them. */
export interface SignInRefusal {
  readonly code: "wrong" | "wait" | "busy" | "stranger" | "disabled";
  readonly message: string;
  readonly hint: string;
  /** With `wait`: how long, in milliseconds. */
  readonly waitMs?: number;
}

/** A way to prove who somebody is: a password, or another party that vouches for them. */
export interface ProofOfIdentity<Proof> {
  /**
   * The user whom a proof shows. Errors: refusals, and `unavailable`.
   *
   * @param address where it comes from, to limit guessing
   */
  signIn(
    proof: Proof,
    address: string,
  ): Promise<Result<UserRecord, SignInRefusal | AuthorityError>>;
}
