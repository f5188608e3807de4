import { AuthorityError } from "../records/authority_error.ts";
import type { LinkState } from "./one_time_link.ts";

/** Nobody has a name or an id. */
export function noUser(nameOrId: string): AuthorityError {
  return new AuthorityError("user_not_found", `there is no user ${nameOrId}`, "list them", {
    command: ["users", "list"],
  });
}

/** Somebody has a name already, or one that a reader takes for it. */
export function userExists(name: string, known = name): AuthorityError {
  const looks = known === name ? "" : `, whose name looks like ${name}`;
  return new AuthorityError(
    "user_exists",
    `there is a user ${known} already${looks}`,
    "choose another name",
  );
}

/** Somebody was changed by others each time that they were to be changed. */
export function keptChanging(id: string): AuthorityError {
  return new AuthorityError("too_many_conflicts", `the user ${id} kept changing`, "try again");
}

/** Nobody else could do what only an admin may. */
export function lastAdmin(name: string): AuthorityError {
  return new AuthorityError(
    "last_admin",
    `${name} is the last admin who can log in; nothing was changed`,
    "make somebody else an admin first",
    { command: ["users", "admin", "give", "<user>"] },
  );
}

const WHY: Readonly<Record<Exclude<LinkState, "good">, string>> = {
  unknown: "this link is unknown, or a newer one has taken its place",
  expired: "this link has expired",
  used: "this link was used before, and is good for one use only",
};

/** A link that is good for nothing. */
export function linkRefused(state: LinkState): AuthorityError {
  const message = WHY[state === "good" ? "unknown" : state];
  return new AuthorityError("link_refused", message, "ask whoever gave it to you for a new one");
}
