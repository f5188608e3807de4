/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { parseExactJson } from "../../../../contracts/json/exact_json.ts";
import type { KvNeed } from "../../../../reconcile/needs/need_types.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { printable } from "../../../terminal/printable.ts";
import { jsonChanges } from "../../layout/json_diff.ts";
import { JsonDiffView, SchemaView } from "../../layout/json_view.tsx";
import { Code, Section } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { schemaMembers } from "../../layout/schema_members.ts";
import { resourceHref } from "../words/resource_href.ts";
import type { ShownRevision } from "./read_key.ts";
import type { TypedEntry, WriteOutcome } from "./write_key.ts";

/** A form for the value of a key, with what is in it. */
export interface WritePageProps {
  readonly place: DataPlace;
  readonly need: KvNeed;
  readonly typed: TypedEntry;
  /** The key can be chosen, because it is new. */
  readonly isNew: boolean;
  /** Changes are recorded: the server knows who makes them. */
  readonly isRecorded: boolean;
  /** Why what was typed was not written. */
  readonly outcome?: Exclude<WriteOutcome, { readonly kind: "written" }>;
}

/** Creates a key, or changes its value. What was refused is still there, with the reason. */
export function WritePage(
  { place, need, typed: { key, text, revision }, isNew, isRecorded, outcome }: WritePageProps,
): VNode {
  const value = outcome?.kind === "refused" ? outcome.value : undefined;
  const issues = outcome?.kind === "refused" ? outcome.issues : [];
  return (
    <>
      {outcome?.kind === "refused" && <Problem error={outcome.error} />}
      {outcome?.kind === "conflict" && <Conflict current={outcome.current} text={text} />}
      <form method="post" action={resourceHref(place, "write")}>
        <input type="hidden" name="revision" value={revision} />
        {isNew
          ? (
            <label>
              Key
              <input name="key" value={key} required autocomplete="off" spellcheck={false} />
            </label>
          )
          : <input type="hidden" name="key" value={key} />}
        <label>
          Value, as JSON
          <textarea name="value" class="code" rows={16} spellcheck={false} required>
            {text}
          </textarea>
        </label>
        <p class="faint small">
          {revision === ""
            ? "The key is created, and every service that reads the bucket sees it at once."
            : `This takes the place of revision ${
              printable(revision)
            }: every service that reads the bucket sees it at once.`} {isRecorded
            ? "The audit history records that you did it, and not the value."
            : "This server lets in everybody, so it is not recorded who did it."}
        </p>
        <p class="buttons">
          <button type="submit">{revision === "" ? "Create" : "Save"}</button>
          <a href={isNew ? resourceHref(place) : resourceHref(place, "key", { key })}>Cancel</a>
        </p>
      </form>
      <Section title="What the schema asks for">
        <SchemaView members={schemaMembers(need.schema, value, issues)} />
      </Section>
    </>
  );
}

/** What is there now beside what was typed. */
function Conflict(
  { current, text }: { readonly current: ShownRevision | undefined; readonly text: string },
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
