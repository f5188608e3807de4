/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ServedRpc } from "../../calls/served_rpc.ts";
import type { ServedSurface } from "../../calls/served_surface.ts";
import { printable } from "../../terminal/printable.ts";
import { Empty, Section, Table } from "../layout/parts.tsx";
import { transferText } from "../layout/transfer_text.ts";
import { receiveCommand, sendCommand } from "./call_lines.ts";
import { feedAddress } from "./feed_page.tsx";

/** A deployment, and what is accepted of it. */
export interface ExplorerGroup {
  /** Name of the deployment; missing for what Trellis itself serves. */
  readonly deployment?: string | undefined;
  readonly title: string;
  readonly rpcs: readonly ServedRpc[];
  readonly feeds: readonly ServedSurface[];
  /** What files go with. */
  readonly files: readonly ServedSurface[];
}

/** Everything that can be called or followed, by deployment. */
export function ExplorerPage({ groups }: { readonly groups: readonly ExplorerGroup[] }): VNode {
  return (
    <>
      <p>
        Look up what a deployment serves, fill in its input, and call or follow it. A call is a real
        one: what it changes is changed.
      </p>
      {groups.every(({ deployment }) => deployment === undefined) && (
        <Empty>
          No deployment serves anything yet. Declare an RPC or a feed in a contract under
          contracts/, and it appears here when its plan is accepted.
        </Empty>
      )}
      {groups.map(({ title, rpcs, feeds, files, deployment }) => (
        <Section key={title} title={printable(title)}>
          <Table
            caption={`RPCs of ${printable(title)}`}
            rows={rpcs}
            keyOf={({ name }) =>
              name}
            empty="It serves no RPC."
            columns={[
              {
                heading: "RPC",
                cell: ({ name }) => <a href={rpcAddress(name, deployment)}>{printable(name)}</a>,
              },
              {
                heading: "Callers need",
                cell: ({ capabilities }) =>
                  capabilities.length === 0 ? "no capability" : printable(capabilities.join(", ")),
              },
              {
                heading: "Errors of its own",
                cell: ({ errors }) =>
                  errors.length === 0 ? "none" : printable(errors.join(", ")),
              },
            ]}
          />
          {deployment !== undefined && feeds.length > 0 && (
            <Feeds feeds={feeds} deployment={deployment} />
          )}
          {files.length > 0 && <Files files={files} title={title} />}
        </Section>
      ))}
    </>
  );
}

function Feeds(
  { feeds, deployment }: {
    readonly feeds: readonly ServedSurface[];
    readonly deployment: string;
  },
): VNode {
  return (
    <Table
      caption={`Feeds of ${printable(deployment)}`}
      rows={feeds}
      keyOf={({ subject }) => subject}
      empty="It serves no feed."
      columns={[
        {
          heading: "Feed",
          cell: ({ surface: { name } }) => (
            <a href={feedAddress(name, deployment)}>{printable(name)}</a>
          ),
        },
        {
          heading: "Subscribers need",
          cell: ({ surface: { capabilities: { subscribe = [] } } }) =>
            subscribe.length === 0 ? "no capability" : printable(subscribe.join(", ")),
        },
        {
          heading: "Errors of its own",
          cell: ({ surface: { errors } }) =>
            errors.length === 0 ? "none" : printable(errors.join(", ")),
        },
      ]}
    />
  );
}

function Files(
  { files, title }: { readonly files: readonly ServedSurface[]; readonly title: string },
): VNode {
  return (
    <Table
      caption={`Files that ${printable(title)} takes and gives`}
      rows={files}
      keyOf={({ subject }) => subject}
      empty="It takes and gives no files."
      columns={[
        { heading: "Files", cell: ({ surface }) => printable(surface.name) },
        { heading: "What", cell: ({ surface }) => printable(transferText(surface.transfer)) },
        {
          heading: "In a terminal",
          cell: ({ surface: { name, transfer } }) => (
            <code>
              {printable(
                transfer?.direction === "send" ? sendCommand(name) : receiveCommand(name, {}),
              )}
            </code>
          ),
        },
      ]}
    />
  );
}

/** Where an RPC is shown and called. */
export function rpcAddress(name: string, deployment: string | undefined): string {
  return `/explorer/${encodeURIComponent(deployment ?? PLATFORM)}/${encodeURIComponent(name)}`;
}

/** Stands for what Trellis itself serves; no deployment has such a name. */
export const PLATFORM = "trellis";
