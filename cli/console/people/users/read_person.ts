import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { isLastAdmin } from "../../../../reconcile/users/user_changes.ts";
import type { UserRecord } from "../../../../reconcile/users/user_record.ts";
import { type KeptState, keptState } from "../../../commands/state/kept_state.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { Visitor } from "../../visitor.ts";
import { ownId, visitorUsers } from "../parts/visitor_parts.ts";
import {
  isOfPerson,
  type KnownSession,
  readSessions,
  whoIsThere,
} from "../sessions/read_sessions.ts";

/** A person, and what there is of them. */
export interface Person {
  readonly user: UserRecord;
  readonly own: readonly KnownSession[];
  readonly ofAgents: readonly KnownSession[];
  /** What apps keep of them; undefined while no process says. */
  readonly kept: readonly KeptState[] | undefined;
  /** Nobody else could log in as an admin. */
  readonly isLastAdmin: boolean;
  /** It is the visitor. */
  readonly isSelf: boolean;
}

/** Reads what there is of a person. Errors: `user_not_found`. */
export async function readPerson(
  id: string,
  visitor: Visitor,
  asked: { readonly connections: boolean },
): Promise<Result<Person, ExplainedError>> {
  const opened = (await visitorUsers(visitor)).take();
  if (isErr(opened)) return opened;
  const { users } = opened;
  const user = (await users.find(id)).take();
  if (isErr(user)) return user;
  const [loaded, sessions, state] = await Promise.all([
    users.store.loadAll(),
    readSessions(visitor, (record) => isOfPerson(record, user.id) || record.actsFor === user.id),
    keptState({ scope: "userApp", userId: user.id }, visitor),
  ]);
  const everybody = loaded.take();
  if (isErr(everybody)) return everybody;
  const read = sessions.take();
  if (isErr(read)) return read;
  const listed = asked.connections ? (await whoIsThere(read, visitor)).sessions : read;
  const kept = state.take();
  return ok({
    user,
    own: listed.filter(({ record }) => isOfPerson(record, user.id)),
    ofAgents: listed.filter(({ record }) => record.actsFor === user.id),
    kept: isErr(kept) ? undefined : kept,
    isLastAdmin: isLastAdmin(user.id, everybody.found),
    isSelf: ownId(visitor) === user.id,
  });
}
