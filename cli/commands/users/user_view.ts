import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import { table } from "../../terminal/table.ts";
import type { Screen } from "../../terminal/terminal.ts";

/** How a user stands: `invited` has no password yet. */
export type UserState = "enabled" | "invited" | "disabled";

/** How a user stands. */
export function userState({ disabledAt, password, identities }: UserRecord): UserState {
  if (disabledAt !== undefined) return "disabled";
  return password === undefined && identities === undefined ? "invited" : "enabled";
}

/** A user for a program; without all that proves who they are. */
export function userJson(user: UserRecord): object {
  const { id, name, display, admin = false, createdAt, disabledAt } = user;
  return { id, name, display, admin, state: userState(user), createdAt, disabledAt };
}

/** Users as a table; empty when there are none. */
export function usersText(users: readonly UserRecord[], { columns, style }: Screen): string {
  const paint = { enabled: style.green, invited: style.dim, disabled: style.red };
  return table(
    users,
    [
      { heading: "name", cell: ({ name }) => name, whole: true },
      { heading: "shown as", cell: ({ display = "" }) => display },
      { heading: "id", cell: ({ id }) => id, whole: true },
      { heading: "may", cell: ({ admin }) => admin ? "everything" : "what is granted" },
      { heading: "state", cell: userState, paint: (user) => paint[userState(user)], whole: true },
    ],
    columns,
    style,
  );
}
