import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import { revokeRecords } from "../../platform/sessions/revoke_records.ts";
import { namesOf, type PersonSessions } from "./person_sessions.ts";
import type { OpenedUsers } from "./users_of.ts";

/** Sessions of a person in which they may do everything. */
export function sessionsAsAdmin({ own }: Pick<PersonSessions, "own">): readonly SessionRecord[] {
  return own.filter(({ principal }) => principal.kind === "admin");
}

/**
 * Lets a user do everything, or no more: then their sessions as an admin end. Errors: `last_admin`. Rejects
 * when the sessions cannot be written.
 *
 * @param open what they have open
 */
export async function changeAdmin(
  action: "give" | "take",
  id: string,
  by: string,
  open: Pick<PersonSessions, "store" | "own">,
  { users, audit }: OpenedUsers,
): Promise<Result<{ readonly user: UserRecord; readonly sessions: number }, AuthorityError>> {
  const user = (await users[action === "give" ? "giveAdmin" : "takeAdmin"](id, by)).take();
  if (isErr(user)) return user;
  if (action === "give") return ok({ user, sessions: 0 });
  // Their signatures count no more from then on.
  const names = namesOf(sessionsAsAdmin(open));
  const revoked = await revokeRecords(names, by, { store: open.store, audit });
  return ok({ user, sessions: revoked.length });
}
