/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { type UserState, userState } from "../../../commands/users/user_view.ts";
import { printable } from "../../../terminal/printable.ts";
import { Pager } from "../../layout/pager.tsx";
import { Badge, Table, type Tone } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { Search } from "../parts/fields.tsx";
import { listHref } from "../parts/part_of.ts";
import { When } from "../parts/when.tsx";
import type { FoundUsers, UserRow } from "./read_users.ts";

const TONE: Readonly<Record<UserState, Tone>> = {
  enabled: "good",
  invited: "waiting",
  disabled: "danger",
};

/** How a user stands. */
export function UserBadge({ user }: Pick<UserRow, "user">): VNode {
  const state = userState(user);
  return <Badge tone={TONE[state]}>{state}</Badge>;
}

/** Who may log in. */
export function UsersPage(
  { found, query }: { readonly found: FoundUsers; readonly query: string },
): VNode {
  const { part, gap } = found;
  return (
    <>
      <div class="toolbar">
        <Search action="/people/users" label="Find a user" value={query} />
        <a class="button" href="/people/users/new">Add a user</a>
      </div>
      {gap !== undefined && <p class="notice">{gap}</p>}
      {found.problems.map((error) => <Problem key={error.message} error={error} />)}
      <Table
        caption="Users"
        rows={part.entries}
        keyOf={({ user }) => user.id}
        empty={found.all === 0
          ? "Nobody was added yet. Add a user, and give them the link that you get."
          : "Nobody has such a name, or id. Look for less of it."}
        columns={[
          {
            heading: "Name",
            cell: ({ user: { id, name, display } }) => (
              <>
                <a href={`/people/users/${id}`}>{printable(name)}</a>
                {display !== undefined && <span class="second">{printable(display)}</span>}
              </>
            ),
          },
          { heading: "State", cell: ({ user }) => <UserBadge user={user} /> },
          { heading: "May", cell: ({ user }) => user.admin ? "everything" : "what is granted" },
          {
            heading: "Sessions",
            cell: ({ open, live }) => open === 0 ? "none" : `${open} open, ${live} connected`,
          },
          { heading: "Added", cell: ({ user }) => <When at={user.createdAt} /> },
        ]}
      />
      {part.count > 0 && (
        <Pager page={part} noun={["user", "users"]} hrefOf={listHref("/people/users", query)} />
      )}
    </>
  );
}
