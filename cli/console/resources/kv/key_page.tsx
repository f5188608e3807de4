/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { KvNeed } from "../../../../reconcile/needs/need_types.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { printable } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { jsonChanges } from "../../layout/json_diff.ts";
import { JsonDiffView, JsonView, SchemaView } from "../../layout/json_view.tsx";
import { Badge, Code, Empty, Facts, Section, Table } from "../../layout/parts.tsx";
import { schemaMembers } from "../../layout/schema_members.ts";
import { resourceHref } from "../words/resource_href.ts";
import { countText } from "../words/setting_words.ts";
import type { ShownKey, ShownRevision } from "./read_key.ts";

/** What a key's page shows. */
export interface KeyPageProps {
  readonly place: DataPlace;
  readonly need: KvNeed;
  readonly shown: ShownKey;
  /** The revisions that are compared. */
  readonly compared: Compared;
  readonly now: number;
}

/** Two revisions of a key, the older one first. */
export interface Compared {
  readonly before: ShownRevision | undefined;
  readonly after: ShownRevision | undefined;
}

/** The revisions that are asked for, else the current one and the one before it. */
export function comparedRevisions(
  { revisions }: Pick<ShownKey, "revisions">,
  from: string | undefined,
  to: string | undefined,
): Compared {
  const named = (revision: string | undefined) =>
    revisions.find((known) => known.revision === revision);
  return { before: named(from) ?? revisions[1], after: named(to) ?? revisions[0] };
}

/** A key: its value beside its schema, its history, and what is different between two revisions. */
export function KeyPage({ place, need, shown, compared, now }: KeyPageProps): VNode {
  const { key, current, revisions } = shown;
  const isThere = current.kind !== "delete";
  return (
    <>
      {need.projection === undefined && (
        <p class="buttons">
          <a class="button" href={resourceHref(place, isThere ? "edit" : "new", { key })}>
            {isThere ? "Edit" : "Create again"}
          </a>
          {isThere && (
            <a class="button danger" href={resourceHref(place, "delete", { key })}>Delete</a>
          )}
        </p>
      )}
      <Facts
        facts={[
          ["Revision", current.revision],
          [isThere ? "Written" : "Deleted", <Moment key="at" at={current.createdAt} now={now} />],
          ["Kept revisions", `${revisions.length} of at most ${need.history}`],
        ]}
      />
      {isThere
        ? <CurrentValue need={need} current={current} />
        : <Empty>The key is deleted. Its history is below, as far as the bucket keeps it.</Empty>}
      <Section title="History" id="history">
        <History revisions={revisions} now={now} />
        {need.history === 1 && (
          <p class="faint small">
            The bucket keeps one revision of each key. With <code>history</code>{" "}
            in the contract it keeps more, and they can be compared here.
          </p>
        )}
      </Section>
      {revisions.length > 1 && <Comparison shown={shown} compared={compared} />}
    </>
  );
}

function CurrentValue(
  { need, current: { kind, value, raw, issues } }: {
    readonly need: KvNeed;
    readonly current: ShownRevision;
  },
): VNode {
  return (
    <>
      {kind === "invalid" && (
        <div class="notice problem">
          <p>
            <Badge tone="danger">does not fit</Badge>{" "}
            What is stored does not fit the schema, so the service cannot read it. Write a value
            that fits, or delete the key. If a newer contract wrote it, run that one.
          </p>
          {value === undefined && (
            <p>
              {printable(issues.map(({ path, message }) => `${path} ${message}`.trim()).join("; "))}
            </p>
          )}
        </div>
      )}
      <div class="columns">
        <Section title={raw === undefined ? "Value" : "As it is stored"}>
          {raw === undefined && value !== undefined
            ? <JsonView value={value} />
            : <Code>{printable(raw ?? "", { lines: true })}</Code>}
        </Section>
        {value !== undefined && (
          <Section title="By its schema">
            <SchemaView members={schemaMembers(need.schema, value, issues)} />
          </Section>
        )}
      </div>
    </>
  );
}

function History(
  { revisions, now }: { readonly revisions: readonly ShownRevision[]; readonly now: number },
): VNode {
  return (
    <Table
      caption="Revisions of the key that are kept"
      rows={revisions}
      keyOf={({ revision }) => revision}
      columns={[
        { heading: "Revision", cell: ({ revision }) => revision },
        { heading: "Written", cell: ({ createdAt }) => <Moment at={createdAt} now={now} /> },
        { heading: "What", cell: (revision) => <What of={revision} /> },
        { heading: "Cause", cell: ({ cause = "" }) => <code>{printable(cause)}</code> },
        {
          heading: "Changes",
          cell: (revision) => changesText(revisions[revisions.indexOf(revision) + 1], revision),
        },
      ]}
      empty=""
    />
  );
}

function What({ of: { kind } }: { readonly of: ShownRevision }): VNode {
  switch (kind) {
    case "put":
      return <Badge tone="plain">written</Badge>;
    case "delete":
      return <Badge tone="waiting">deleted</Badge>;
    case "invalid":
      return <Badge tone="danger">does not fit</Badge>;
  }
}

function changesText(before: ShownRevision | undefined, after: ShownRevision): string {
  if (before?.value === undefined || after.value === undefined) return "";
  return countText(jsonChanges(before.value, after.value).length, "member", "members");
}

function Comparison(
  { shown: { key, revisions }, compared: { before, after } }: Pick<
    KeyPageProps,
    "shown" | "compared"
  >,
): VNode {
  return (
    <Section title="Compare two revisions" id="compare">
      <form method="get" action="#compare" class="filter">
        <input type="hidden" name="key" value={key} />
        <RevisionChoice name="from" label="From" revisions={revisions} chosen={before} />
        <RevisionChoice name="to" label="To" revisions={revisions} chosen={after} />
        <button type="submit">Compare</button>
      </form>
      {before?.value === undefined || after?.value === undefined
        ? <Empty>One of them is no JSON value: it was deleted, or something else was stored.</Empty>
        : <JsonDiffView changes={jsonChanges(before.value, after.value)} />}
    </Section>
  );
}

function RevisionChoice(
  { name, label, revisions, chosen }: {
    readonly name: string;
    readonly label: string;
    readonly revisions: readonly ShownRevision[];
    readonly chosen: ShownRevision | undefined;
  },
): VNode {
  return (
    <label>
      {label}
      <select name={name}>
        {revisions.map(({ revision, createdAt }) => (
          <option key={revision} value={revision} selected={revision === chosen?.revision}>
            {`${revision}, ${createdAt}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Moment({ at, now }: { readonly at: string; readonly now: number }): VNode {
  return <time datetime={at} title={at}>{relativeTime(at, now)}</time>;
}
