/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { adviceText } from "../../../program/command_text.ts";
import { printable } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { Badge, Bar, type Column, Section, Table } from "../../layout/parts.tsx";
import type { ShownResource, ShownResources, ShownRetired } from "./read_resources.ts";
import { resourceHref } from "../words/resource_href.ts";
import { keptText, usedText } from "../words/setting_words.ts";
import { stateHref } from "../words/state_href.ts";

/** Everything that deployments keep. */
export function ResourcesPage(
  { resources: { resources, retired, state }, now }: {
    readonly resources: ShownResources;
    readonly now: number;
  },
): VNode {
  const ofKind = (kind: ShownResource["kind"]) => resources.filter((row) => row.kind === kind);
  return (
    <>
      <Section title="Buckets of keys and values" id="kv">
        <Table
          caption="KV buckets of all services"
          rows={ofKind("kv")}
          keyOf={keyOf}
          columns={columnsFor("Bucket", "Keys")}
          empty={
            <>
              No service keeps values under keys. A contract asks for a bucket with{" "}
              <code>resources.kv</code>.
            </>
          }
        />
        {ofKind("kv").length > 0 && (
          <p class="faint small">A deleted key counts for as long as its deletion is kept.</p>
        )}
      </Section>
      <Section title="Stores of objects" id="stores">
        <Table
          caption="Stores of all services"
          rows={ofKind("store")}
          keyOf={keyOf}
          columns={columnsFor("Store", "Objects")}
          empty={
            <>
              No service keeps files. A contract asks for a store with <code>resources.store</code>.
            </>
          }
        />
      </Section>
      <Section title="State of users, devices and agents" id="state">
        <Table
          caption="State stores of all contracts"
          rows={state}
          keyOf={({ contract, store }) => `${contract} ${store}`}
          columns={[
            {
              heading: "Store",
              cell: ({ contract, store }) => (
                <a href={stateHref({ contract, store })}>{printable(store)}</a>
              ),
            },
            { heading: "Contract", cell: ({ contract }) => printable(contract) },
            {
              heading: "Holds",
              cell: ({ isMap }) => isMap ? "a map for each of them" : "one value for each of them",
            },
          ]}
          empty={
            <>
              No contract keeps state for who uses it. One asks for it with <code>state</code>.
            </>
          }
        />
      </Section>
      {retired.length > 0 && <Retired rows={retired} now={now} />}
    </>
  );
}

function keyOf({ deployment, alias }: ShownResource): string {
  return `${deployment} ${alias}`;
}

function columnsFor(noun: string, entries: string): readonly Column<ShownResource>[] {
  return [
    {
      heading: noun,
      cell: (row) =>
        row.name === undefined
          ? printable(row.alias)
          : <a href={resourceHref(row)}>{printable(row.alias)}</a>,
    },
    { heading: "Service", cell: ({ deployment }) => printable(deployment) },
    {
      heading: entries,
      isNumber: true,
      cell: ({ state }) => state === undefined ? "–" : state.values.toLocaleString("en"),
    },
    {
      heading: "Size",
      cell: ({ state, settings: { maxTotalBytes } }) =>
        state === undefined ? "–" : (
          <Bar
            used={state.bytes}
            limit={maxTotalBytes}
            text={usedText(state.bytes, maxTotalBytes)}
          />
        ),
    },
    { heading: "Kept", cell: ({ settings }) => keptText(settings) },
    { heading: "Standing", cell: (row) => <StandingOf resource={row} /> },
    { heading: "Purpose", cell: ({ purpose }) => printable(purpose) },
  ];
}

function StandingOf(
  { resource: { name, problem, state } }: { readonly resource: ShownResource },
): VNode {
  if (problem !== undefined) {
    const advice = adviceText(problem);
    return (
      <>
        <Badge tone="danger">problem</Badge> {printable(problem.message)}
        {advice !== undefined && <>; {printable(advice)}</>}
      </>
    );
  }
  if (name === undefined) return <Badge tone="waiting">not made yet</Badge>;
  if (state === undefined) return <Badge tone="danger">not there</Badge>;
  return <Badge tone="good">ready</Badge>;
}

function Retired(
  { rows, now }: { readonly rows: readonly ShownRetired[]; readonly now: number },
): VNode {
  return (
    <Section title="Retired" id="retired">
      <p>
        No accepted contract asks for these any more, so no service reads or writes them. What is in
        them is kept: it comes back when a contract asks for the same again, and is gone for good
        only when somebody deletes it.
      </p>
      <Table
        caption="Resources that are retired"
        rows={rows}
        keyOf={({ deployment, name, at }) => `${deployment} ${name} ${at}`}
        empty=""
        columns={[
          { heading: "Resource", cell: ({ kind, alias }) => printable(`${kind}/${alias}`) },
          { heading: "Service", cell: ({ deployment }) => printable(deployment) },
          { heading: "Name on the server", cell: ({ name }) => <code>{printable(name)}</code> },
          {
            heading: "Holds",
            cell: ({ state }) =>
              state === undefined
                ? "nothing any more"
                : `${state.values.toLocaleString("en")} entries, ${usedText(state.bytes, 0)}`,
          },
          { heading: "Since", cell: ({ at }) => relativeTime(at, now) },
          {
            heading: "Data",
            cell: ({ isDeleted }) =>
              isDeleted
                ? <Badge tone="danger">being deleted</Badge>
                : <Badge tone="plain">kept</Badge>,
          },
        ]}
      />
    </Section>
  );
}
