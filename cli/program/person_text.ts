import type { Principal } from "../../contracts/identity/caller.ts";
import { isUserId, plainUserName, readUserName } from "../../reconcile/users/user_name.ts";

/** Names of users by their ids. */
export type UserNames = ReadonlyMap<string, string>;

const PERSON = /^(user|admin):(.+)$/u;

/** The name behind `user:` or `admin:`, as it is stored; undefined where a text has no such name. */
export function nameOfPerson(text: string): string | undefined {
  const name = plainUserName(PERSON.exec(text)?.[2] ?? "");
  return isUserId(name) || readUserName(name).isOk() ? name : undefined;
}

/** `user:ada (01jz8q4w6t5v3n2m1k0h9g8f7e)`; without a name as it is stored. */
export function namedText(
  { kind, id }: Pick<Principal, "id"> & { readonly kind: string },
  names: UserNames,
): string {
  const name = kind === "user" || kind === "admin" ? names.get(id) : undefined;
  return name === undefined ? `${kind}:${id}` : `${kind}:${name} (${id})`;
}

/** Whoever has done something, as the history writes it: people by their names. */
export function actorText(by: string, names: UserNames): string {
  return names.get(PERSON.exec(by)?.[2] ?? "") ?? by;
}
