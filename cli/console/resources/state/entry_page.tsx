/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import { validatorOf } from "../../../../contracts/schema/validator.ts";
import type { Schema } from "../../../../contracts/schema/schema_parts.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { printable } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { JsonView, SchemaView } from "../../layout/json_view.tsx";
import { Facts, Section } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { schemaMembers } from "../../layout/schema_members.ts";
import { stateHref, type StateQuery } from "../words/state_href.ts";
import type { ShownEntry } from "./read_entry.ts";

/** An entry of State: its value beside the schema of its version. */
export function EntryPage(
  { query, entry, schema, now }: {
    readonly query: StateQuery;
    readonly entry: ShownEntry | ExplainedError;
    readonly schema: Schema;
    readonly now: number;
  },
): VNode {
  const buttons = (
    <p class="buttons">
      <a class="button" href={stateHref(query, "edit")}>Edit</a>
      <a class="button danger" href={stateHref(query, "delete")}>Delete</a>
    </p>
  );
  if ("code" in entry) {
    return (
      <>
        <Problem error={entry} />
        <p>It can be deleted, or replaced by a value that fits.</p>
        {buttons}
      </>
    );
  }
  const { value, revision, updatedAt, expiresAt, stateVersion, currentVersion } = entry;
  return (
    <>
      {buttons}
      {stateVersion !== currentVersion && (
        <div class="notice waiting">
          <p>
            It is of version {printable(stateVersion)}. The app migrates it to{" "}
            {printable(currentVersion)} when it reads it the next time.
          </p>
        </div>
      )}
      <Facts
        facts={[
          ["Revision", revision],
          ["Written", <Moment key="at" at={updatedAt} now={now} />],
          [
            "Expires",
            expiresAt === undefined ? "never" : <Moment key="to" at={expiresAt} now={now} />,
          ],
          ["Version", printable(stateVersion)],
        ]}
      />
      <div class="columns">
        <Section title="Value">
          <JsonView value={value} />
        </Section>
        <Section title="By its schema">
          <SchemaView members={schemaMembers(schema, value, issuesOf(schema, value))} />
        </Section>
      </div>
    </>
  );
}

function issuesOf(schema: Schema, value: JsonValue) {
  const validator = validatorOf(schema);
  return validator.check(value) ? [] : validator.issues(value);
}

/** Asks whether an entry is to be deleted, and says what that means. */
export function DeleteEntryPage(
  { query, revision, whose, error }: {
    readonly query: StateQuery;
    /** Empty where it cannot be read: whatever is there is deleted. */
    readonly revision: string;
    readonly whose: string;
    readonly error?: ExplainedError | undefined;
  },
): VNode {
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      <p>
        The entry of {printable(whose)}{" "}
        is gone for good, and their app finds nothing there any more, at once. No earlier revision
        is kept. The audit history records that you did it.
      </p>
      <form method="post" action={stateHref(query, "delete")}>
        <input type="hidden" name="revision" value={revision} />
        <p class="buttons">
          <button type="submit" class="danger">Delete the entry</button>
          <a href={stateHref(query, "entry")}>Keep it</a>
        </p>
      </form>
    </>
  );
}

function Moment({ at, now }: { readonly at: string; readonly now: number }): VNode {
  return <time datetime={at} title={at}>{relativeTime(at, now)}</time>;
}
