/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { printable, printableJson } from "../../terminal/printable.ts";
import { type JsonChange, memberText } from "./json_diff.ts";
import { Badge, Code, type Column, Table, type Tone } from "./parts.tsx";
import { MOST_MEMBERS, type SchemaMember } from "./schema_members.ts";

/** A JSON value as text; characters that nobody would see are written as escapes. */
export function JsonView({ value }: { readonly value: JsonValue }): VNode {
  return <Code>{printableJson(value, 2)}</Code>;
}

/** Members with what their schema says of them; what does not fit is marked with the reason. */
export function SchemaView(
  { members, hasValue = true }: {
    readonly members: readonly SchemaMember[];
    /** False: only the schema is shown. */
    readonly hasValue?: boolean;
  },
): VNode {
  const value: Column<SchemaMember> = {
    heading: "Value",
    cell: (member) => <MemberValue member={member} />,
  };
  return (
    <>
      <Table
        caption="Members of the value, and what the schema says of them"
        rows={members}
        keyOf={({ path }) => path}
        empty="The value has no members, and the schema declares none."
        columns={[
          { heading: "Member", cell: ({ path }) => <MemberName path={path} /> },
          ...(hasValue ? [value] : []),
          { heading: "Schema", cell: (member) => <MemberSchema member={member} /> },
        ]}
      />
      {members.length >= MOST_MEMBERS && (
        <p>Only the first {MOST_MEMBERS} members are listed; the JSON has all.</p>
      )}
    </>
  );
}

/** What changed from one value to another. */
export function JsonDiffView({ changes }: { readonly changes: readonly JsonChange[] }): VNode {
  return (
    <Table
      caption="Members that were added, removed or changed"
      rows={changes}
      keyOf={({ path, kind }) => `${kind} ${path}`}
      empty="Nothing is different."
      columns={[
        { heading: "Member", cell: ({ path }) => <MemberName path={path} /> },
        { heading: "", cell: ({ kind }) => <Badge tone={TONES[kind]}>{kind}</Badge> },
        { heading: "Before", cell: ({ before }) => <Side value={before} /> },
        { heading: "After", cell: ({ after }) => <Side value={after} /> },
      ]}
    />
  );
}

const TONES: Readonly<Record<JsonChange["kind"], Tone>> = {
  added: "good",
  removed: "danger",
  changed: "waiting",
};

function MemberName({ path }: { readonly path: string }): VNode {
  return path === "" ? <span>the whole value</span> : <code>{printable(memberText(path))}</code>;
}

function MemberValue({ member }: { readonly member: SchemaMember }): VNode {
  const { problems } = member;
  return (
    <>
      <ValueText member={member} />
      {problems.length > 0 && (
        <div>
          <Badge tone="danger">does not fit</Badge> {printable(problems.join("; "))}
        </div>
      )}
    </>
  );
}

function ValueText({ member: { value, isOpened } }: { readonly member: SchemaMember }): VNode {
  if (value === undefined) return <span class="faint">not there</span>;
  if (!isOpened) return <code>{shortJson(value)}</code>;
  const size = Array.isArray(value) ? value.length : Object.keys(Object(value)).length;
  const noun = Array.isArray(value) ? "item" : "member";
  return <span class="faint">{size === 1 ? `1 ${noun}` : `${size} ${noun}s`}</span>;
}

function MemberSchema(
  { member: { title, description, type, isRequired } }: { readonly member: SchemaMember },
): VNode {
  if (type === undefined) return <span class="faint">not declared</span>;
  const about = [title, description].filter((text) => text !== undefined);
  return (
    <>
      {printable(type)}
      {!isRequired && ", optional"}
      {about.length > 0 && <div class="faint small">{printable(about.join(": "))}</div>}
    </>
  );
}

function Side({ value }: { readonly value: JsonValue | undefined }): VNode {
  return value === undefined
    ? <span class="faint">not there</span>
    : <code>{shortJson(value)}</code>;
}

/** Longest text of a value in a cell. */
const MOST_CHARACTERS = 300;

function shortJson(value: JsonValue): string {
  const text = printableJson(value);
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS).toWellFormed()}…`;
}
