import { isPrincipalId, type Principal } from "../../contracts/identity/caller.ts";
import { parsePrincipalText } from "../../contracts/identity/principal_text.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type Holder, parseHolder } from "../../reconcile/access/holder.ts";
import { NatsUserStore } from "../../reconcile/nats/users/nats_user_store.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { noUser } from "../../reconcile/users/user_errors.ts";
import { isUserId } from "../../reconcile/users/user_name.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { UserStore } from "../../reconcile/users/user_store.ts";
import { isSecured } from "../../runtime/nats/connection.ts";
import { nameOfPerson, type UserNames } from "./person_text.ts";

/** The connection of a command, as users are read with it. */
type NatsConnection = Parameters<typeof NatsUserStore.open>[0];

/** The user whom `user:ada` means, by name or id; undefined where it means none. */
export async function personOf(
  text: string,
  connection: NatsConnection,
): Promise<Result<UserRecord | undefined, AuthorityError>> {
  const name = nameOfPerson(text);
  const store = name === undefined ? undefined : (await storeOf(connection)).take();
  if (name === undefined || store === undefined) return ok(undefined);
  if (isErr(store)) return store;
  return (await (isUserId(name) ? store.byId(name) : store.byName(name)))
    .map((stored) => stored?.value);
}

/** The holder whom `user:ada` means: the user of that name where there is one, else what is written. */
export async function holderOf(
  text: string,
  connection: NatsConnection,
): Promise<Result<{ readonly holder: Holder; readonly names: UserNames }, AuthorityError>> {
  const person = (await personOf(text, connection)).take();
  if (isErr(person)) return person;
  if (person !== undefined) {
    const { id, name } = person;
    return ok({ holder: { kind: "user", id }, names: new Map([[id, name]]) });
  }
  const holder = parseHolder(text);
  if (holder === undefined) return err(noUser(nameOfPerson(text) ?? text));
  return ok({ holder, names: new Map() });
}

/** Who a text as `user:ada` means: somebody by an id, a person by their name too, as user and as admin. */
export function meantPrincipals(text: string, names: UserNames): readonly Principal[] {
  const written = parsePrincipalText(text);
  const name = nameOfPerson(text);
  if (name === undefined) return written === undefined ? [] : [written];
  const ids = [...names].flatMap(([id, known]) => known === name ? [id] : []);
  return [...ids, name].filter(isPrincipalId)
    .flatMap((id) => [{ kind: "user", id }, { kind: "admin", id }]);
}

/** Names of all users who can be read; none where everybody is let in. */
export async function userNames(
  connection: NatsConnection,
): Promise<Result<UserNames, AuthorityError>> {
  const store = (await storeOf(connection)).take();
  if (isErr(store)) return store;
  const all = (await store?.loadAll())?.take();
  if (isErr(all)) return all;
  return ok(new Map(all?.found.map(({ id, name }) => [id, name])));
}

/** Undefined where everybody is let in: there are no users, and must not be a place for them. */
async function storeOf(
  connection: NatsConnection,
): Promise<Result<UserStore | undefined, AuthorityError>> {
  return isSecured(connection) ? await NatsUserStore.open(connection) : ok(undefined);
}
