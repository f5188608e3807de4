import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { groupName } from "../../../reconcile/access/holding.ts";
import type { Access } from "../../../reconcile/access/access.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import { revokeRecords } from "../../platform/sessions/revoke_records.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type KeptState, keptState } from "../state/kept_state.ts";
import { namesOf, type PersonSessions, personSessions } from "./person_sessions.ts";
import type { OpenedUsers } from "./users_of.ts";

/** A user who is to be removed, and what goes with them. */
export interface UserRemoval {
  readonly user: UserRecord;
  /** Sessions that end. */
  readonly open: PersonSessions;
  /** Grants that end. */
  readonly granted: readonly string[];
  /** What apps keep of them, which stays; undefined while no process says. */
  readonly kept: readonly KeptState[] | undefined;
  readonly access: Access;
}

/** Reads what goes with a user. Errors: `user_not_found`, `last_admin`. Rejects when sessions cannot be read. */
export async function readRemoval(
  nameOrId: string,
  { users }: OpenedUsers,
  { messaging, authority, signer }: Pick<Connected, "messaging" | "authority" | "signer">,
): Promise<Result<UserRemoval, ExplainedError>> {
  const user = (await users.find(nameOrId)).take();
  if (isErr(user)) return user;
  const { id } = user;
  const left = (await users.checkOtherAdmins(id)).take();
  if (isErr(left)) return left;
  const access = (await openAccess(messaging.connection, authority, signer)).take();
  if (isErr(access)) return access;
  const held = (await access.store.load({ kind: "user", id })).take();
  if (isErr(held)) return held;
  const { capabilities = [], groups = [] } = held?.value ?? {};
  const kept = (await keptState({ scope: "userApp", userId: id }, { messaging, authority })).take();
  return ok({
    user,
    open: await personSessions(id, messaging.connection),
    granted: [...groups.map(groupName), ...capabilities],
    kept: isErr(kept) ? undefined : kept,
    access,
  });
}

/**
 * Removes a user, and what is theirs to act with; answers how many sessions have ended. The user goes last:
 * who is ended half-way leaves them disabled, and can do it again. Errors: `last_admin`.
 */
export async function carryOutRemoval(
  { user: { id }, open, granted, access }: UserRemoval,
  by: string,
  { users, audit }: OpenedUsers,
): Promise<Result<number, ExplainedError>> {
  // First, so that an admin stays who is not disabled.
  const taken = (await users.takeAdmin(id, by)).take();
  if (isErr(taken)) return taken;
  const disabled = (await users.disable(id, by)).take();
  if (isErr(disabled)) return disabled;
  const names = namesOf([...open.own, ...open.ofAgents]);
  const revoked = await revokeRecords(names, by, { store: open.store, audit });
  const holder = { kind: "user", id } as const;
  const changed = granted.length === 0
    ? undefined
    : (await access.change({ action: "remove", holder, names: granted, by })).take();
  if (isErr(changed)) return changed;
  const removed = (await users.remove(id, by)).take();
  return isErr(removed) ? removed : ok(revoked.length);
}
