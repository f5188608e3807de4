import { parsePrincipalText } from "../../../../contracts/identity/principal_text.ts";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { NatsSessionStore } from "../../../../runtime/platform/nats/nats_session_store.ts";
import { type OpenedUsers, usersOf } from "../../../commands/users/users_of.ts";
import { SessionRecords } from "../../../platform/sessions/session_records.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { Visitor } from "../../visitor.ts";

/** Users by their visitors: opening them takes a few requests. */
const opened = new WeakMap<Visitor, Promise<Result<OpenedUsers, ExplainedError>>>();

/** The users of the server, to be changed in the name of a visitor. Errors: `not_secured`. */
export async function visitorUsers(
  visitor: Visitor,
): Promise<Result<OpenedUsers, ExplainedError>> {
  const opening = opened.get(visitor) ?? usersOf(visitor);
  opened.set(visitor, opening);
  const users = (await opening).take();
  if (isErr(users)) opened.delete(visitor);
  return await opening;
}

/** The sessions, to let keys in in the name of a visitor. Errors: `not_secured`. */
export async function visitorSessions(
  visitor: Visitor,
): Promise<Result<SessionRecords, ExplainedError>> {
  const users = (await visitorUsers(visitor)).take();
  if (isErr(users)) return users;
  const { audit } = users;
  const store = await NatsSessionStore.open(visitor.messaging.connection);
  return ok(new SessionRecords({ store, audit }));
}

/** Id of the visitor as a user; undefined where nobody checks who they are. */
export function ownId({ by, isUnverified }: Visitor): string | undefined {
  return isUnverified ? undefined : parsePrincipalText(by)?.id;
}
