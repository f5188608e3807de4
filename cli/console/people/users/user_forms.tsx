/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ExplainedError } from "../../../program/command_context.ts";
import { LONGEST_DISPLAY } from "../../../../reconcile/users/new_user.ts";
import { Problem } from "../../layout/problem.tsx";
import { Check, Field } from "../parts/fields.tsx";

/** What was typed to add a user. */
export interface UserDraft {
  readonly name: string;
  readonly display: string;
  readonly isAdmin: boolean;
}

/** Adds a user. */
export function NewUserForm(
  { draft, problem }: {
    readonly draft: UserDraft;
    readonly problem?: ExplainedError | undefined;
  },
): VNode {
  return (
    <section class="sheet form">
      {problem && <Problem error={problem} />}
      <p>
        You get a link, shown once, where they choose a password. Give it to them yourself: whoever
        opens it first becomes this user. They may do nothing until something is granted to them.
      </p>
      <form method="post" action="/people/users">
        <Field
          name="name"
          label="Name"
          value={draft.name}
          hint="To log in with, as ada: letters of one script, digits, - and _"
          isRequired
        />
        <Field
          name="display"
          label="Shown as"
          value={draft.display}
          hint="As people read it, as Ada Lovelace; may be left empty"
          most={LONGEST_DISPLAY}
        />
        <Check
          name="admin"
          label="An admin: may do everything, and let others in"
          isChecked={draft.isAdmin}
        />
        <div class="buttons">
          <button type="submit">Add the user</button>
          <a class="button quiet" href="/people/users">Cancel</a>
        </div>
      </form>
    </section>
  );
}

/** Gives a user another name. */
export function RenameForm(
  { id, name, typed, problem }: {
    readonly id: string;
    readonly name: string;
    readonly typed: string;
    readonly problem?: ExplainedError | undefined;
  },
): VNode {
  return (
    <section class="sheet consequence">
      {problem && <Problem error={problem} />}
      <h2>What changes</h2>
      <p>They log in with the new name. {name} is free then, for somebody else.</p>
      <h2>What stays</h2>
      <p>They stay who they are: sessions, grants, and what is kept of them go on.</p>
      <form method="post">
        <Field name="name" label="The name from now on" value={typed} isRequired />
        <div class="buttons">
          <button type="submit">Rename</button>
          <a class="button quiet" href={`/people/users/${id}`}>Cancel</a>
        </div>
      </form>
    </section>
  );
}
