import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { readUserName } from "./user_name.ts";
import type { OutsideIdentity } from "./outside_identity.ts";
import type { UserRecord } from "./user_record.ts";

/** Who is to be added. */
export interface NewUser {
  readonly name: string;
  /** As people read it. */
  readonly display?: string | undefined;
  readonly admin?: boolean | undefined;
  /** Chosen later unless given. */
  readonly password?: string | undefined;
  /** By which they are let in. */
  readonly identity?: OutsideIdentity | undefined;
}

/** Characters of what is shown for a user. */
export const LONGEST_DISPLAY = 100;

/** The record of a new user, without a password. Errors: `user_invalid`. */
export function newUser(
  { name, display, admin, identity }: NewUser,
  id: string,
  createdAt: string,
): Result<UserRecord, AuthorityError> {
  const read = checkedName(name);
  if (read.isErr()) return err(read.error);
  const isShown = display === undefined ||
    display.isWellFormed() && display.length <= LONGEST_DISPLAY &&
      !/\p{C}|\p{Zl}|\p{Zp}/u.test(display);
  if (!isShown) {
    return err(
      invalid(
        `what is shown for a user must have ${LONGEST_DISPLAY} characters at most, in one line`,
      ),
    );
  }
  return ok({
    format: "trellis.user.v1",
    id,
    name,
    ...(display === undefined ? {} : { display }),
    ...(admin ? { admin } : {}),
    ...(identity === undefined ? {} : { identities: [identity] }),
    createdAt,
  });
}

/** A name that somebody may have. Errors: `user_invalid`. */
export function checkedName(name: string): Result<string, AuthorityError> {
  return readUserName(name)
    .mapErr((reason) => invalid(`the name ${JSON.stringify(name)} ${reason}`));
}

function invalid(message: string): AuthorityError {
  return new AuthorityError("user_invalid", message, "choose another, as ada or ada-lovelace");
}
