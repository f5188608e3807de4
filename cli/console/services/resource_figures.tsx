/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { isSettingName, SETTINGS } from "../../../reconcile/resources/settings.ts";
import { bytes } from "../../terminal/bytes.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import { Badge, Bar, Table } from "../layout/parts.tsx";
import type { ResourceFigures } from "./read_deployment.ts";

/** The resources of a deployment with what is in them now. */
export function ResourceTable(
  { deployment, resources }: {
    readonly deployment: string;
    readonly resources: readonly ResourceFigures[];
  },
): VNode {
  return (
    <Table
      caption="Resources"
      rows={resources}
      keyOf={({ kind, alias }) => `${kind}/${alias}`}
      empty="It asks for no resources: it keeps nothing."
      columns={[
        {
          heading: "Resource",
          cell: ({ kind, alias, purpose }) => (
            <>
              <a href={resourceHref(deployment, kind, alias)}>{printable(`${kind}/${alias}`)}</a>
              <span class="second">{printable(purpose)}</span>
            </>
          ),
        },
        { heading: "Holds", cell: (resource) => <Held resource={resource} /> },
        { heading: "Size", cell: (resource) => <Size resource={resource} /> },
        { heading: "Limits", cell: ({ settings }) => limitsText(settings) },
        {
          heading: "On the server",
          cell: ({ name }) => name === undefined ? "not made yet" : <code>{printable(name)}</code>,
        },
      ]}
    />
  );
}

/** Where what is in a resource is looked at. */
export function resourceHref(deployment: string, kind: string, alias: string): string {
  return `/resources/${encodeURIComponent(deployment)}/${kind}/${encodeURIComponent(alias)}`;
}

function Held(
  { resource: { kind, state, problem, name } }: { readonly resource: ResourceFigures },
): VNode {
  if (problem !== undefined) {
    return (
      <>
        <Badge tone="danger">cannot be read</Badge> {printable(problem)}
      </>
    );
  }
  if (state === undefined) {
    return name === undefined ? <>—</> : <Badge tone="danger">is not there</Badge>;
  }
  const { values, revisions } = state;
  // Of a key several revisions may be kept, and markers of what was deleted.
  const older = kind === "kv" && revisions !== undefined && revisions > values
    ? `${count(revisions)} revisions`
    : undefined;
  const noun = kind === "kv" ? "entry" : "object";
  return (
    <>
      {`${count(values)} ${values === 1 ? noun : kind === "kv" ? "entries" : "objects"}`}
      {older !== undefined && <span class="second">{older}</span>}
    </>
  );
}

function Size({ resource: { state, settings } }: { readonly resource: ResourceFigures }): VNode {
  if (state === undefined) return <>—</>;
  const limit = settings.maxTotalBytes || undefined;
  const text = limit === undefined
    ? bytes(state.bytes)
    : `${bytes(state.bytes)} of ${bytes(limit)}`;
  return <Bar used={state.bytes} limit={limit} text={text} />;
}

/** The limits that there are, in words. */
function limitsText(settings: ResourceFigures["settings"]): string {
  const words = Object.entries(settings).flatMap(([name, value]) => {
    if (!isSettingName(name) || value === undefined || value === 0) return [];
    const { unit } = SETTINGS[name];
    return [
      `${WORDS[name]} ${
        unit === "bytes" ? bytes(value) : unit === "milliseconds" ? duration(value) : value
      }`,
    ];
  });
  return words.join(", ") || "none";
}

const WORDS: Readonly<Record<keyof typeof SETTINGS, string>> = {
  history: "revisions",
  ttlMs: "kept for",
  maxValueBytes: "value up to",
  maxTotalBytes: "all up to",
  maxObjectBytes: "object up to",
};

function count(value: number): string {
  return value.toLocaleString("en-US");
}
