/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import { parseExactJson } from "../../../../contracts/json/exact_json.ts";
import type { Schema } from "../../../../contracts/schema/schema_parts.ts";
import { printable } from "../../../terminal/printable.ts";
import { jsonChanges } from "../../layout/json_diff.ts";
import { JsonDiffView, SchemaView } from "../../layout/json_view.tsx";
import { Code, Section } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { schemaMembers } from "../../layout/schema_members.ts";
import type { CurrentValue, WriteOutcome } from "./write_outcome.ts";

/** A form for a value, with what is in it. */
export interface WritePageProps {
  /** Where the form goes, and where who does not send it goes. */
  readonly action: string;
  readonly cancel: string;
  /** What the form says beside what is typed. */
  readonly hidden: Readonly<Record<string, string>>;
  /** The key, where it can be chosen, because it is new. */
  readonly newKey?: string | undefined;
  /** The value as JSON text. */
  readonly text: string;
  /** The revision that it takes the place of; empty: there is none yet. */
  readonly revision: string;
  readonly schema: Schema;
  /** Who sees it at once. */
  readonly readers: string;
  /** Changes are recorded: the server knows who makes them. */
  readonly isRecorded: boolean;
  /** Why what was typed was not written. */
  readonly outcome?: Exclude<WriteOutcome, { readonly kind: "written" }> | undefined;
  /** Further fields. */
  readonly children?: ComponentChildren;
}

/** Creates or changes a value. What was refused is still there, with the reason. */
export function WritePage(props: WritePageProps): VNode {
  const { action, cancel, hidden, newKey, text, revision, schema, outcome, children } = props;
  const value = outcome?.kind === "refused" ? outcome.value : undefined;
  const issues = outcome?.kind === "refused" ? outcome.issues : [];
  return (
    <>
      {outcome?.kind === "refused" && <Problem error={outcome.error} />}
      {outcome?.kind === "conflict" && <Conflict current={outcome.current} text={text} />}
      <Section title="Value">
        <form method="post" action={action}>
          {Object.entries(hidden).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <input type="hidden" name="revision" value={revision} />
          {newKey !== undefined && (
            <label>
              Key
              <input name="key" value={newKey} required autocomplete="off" spellcheck={false} />
            </label>
          )}
          <label>
            Value, as JSON
            <textarea name="value" class="code" rows={16} spellcheck={false} required>
              {text}
            </textarea>
          </label>
          {children}
          <Consequence {...props} />
          <p class="buttons">
            <button type="submit">{revision === "" ? "Create" : "Save"}</button>
            <a href={cancel}>Cancel</a>
          </p>
        </form>
      </Section>
      <Section title="What the schema asks for">
        <SchemaView members={schemaMembers(schema, value, issues)} hasValue={value !== undefined} />
      </Section>
    </>
  );
}

function Consequence({ revision, readers, isRecorded }: WritePageProps): VNode {
  return (
    <p class="faint small">
      {revision === ""
        ? `It is created, and ${readers} at once.`
        : `This takes the place of revision ${printable(revision)}, and ${readers} at once.`}{" "}
      {isRecorded
        ? "The audit history records that you did it, and not the value."
        : "This server lets in everybody, so it is not recorded who did it."}
    </p>
  );
}

/** What is there now beside what was typed. */
function Conflict(
  { current, text }: { readonly current: CurrentValue | undefined; readonly text: string },
): VNode {
  if (current === undefined) {
    return (
      <div class="notice problem" role="alert">
        <p>
          Nothing was written: somebody else has deleted the key meanwhile. What you typed is below;
          saving it creates the key again.
        </p>
      </div>
    );
  }
  const { revision, value, raw } = current;
  // It was JSON when it was tried to be written.
  const typed = parseExactJson(text);
  return (
    <>
      <div class="notice problem" role="alert">
        <p>
          Nothing was written: somebody else was faster, and the key has revision{" "}
          {printable(revision)}{" "}
          now. What you typed is below; saving it takes the place of what they wrote.
        </p>
      </div>
      <Section title="From what is there now to what you typed">
        {value !== undefined && typed.isOk()
          ? <JsonDiffView changes={jsonChanges(value, typed.value)} />
          : <Code>{printable(raw ?? "", { lines: true })}</Code>}
      </Section>
    </>
  );
}
