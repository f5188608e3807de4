import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";

const SHORTEST = 10;
const MOST_BYTES = 1024;

/** True for what is hashed when somebody logs in; nothing longer can be a password. */
export function mayBePassword(password: string): boolean {
  return password.isWellFormed() && new TextEncoder().encode(password).length <= MOST_BYTES;
}

/** Checks a password that somebody chooses. Errors: `password_refused`. */
export function checkPassword(password: string): Result<void, AuthorityError> {
  if (!mayBePassword(password)) {
    return err(refused(`is longer than ${MOST_BYTES} bytes`, "choose a shorter one"));
  }
  // As people count them, not as they are stored.
  if ([...password.normalize("NFC")].length < SHORTEST) {
    const hint =
      `choose ${SHORTEST} characters or more, such as four words that do not belong together`;
    return err(refused("is too short", hint));
  }
  return ok();
}

function refused(why: string, hint: string): AuthorityError {
  return new AuthorityError("password_refused", `the password ${why}`, hint);
}
