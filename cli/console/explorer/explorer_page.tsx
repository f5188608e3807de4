/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ServedRpc } from "../../calls/served_rpc.ts";
import { printable } from "../../terminal/printable.ts";
import { Empty, Section, Table } from "../layout/parts.tsx";

/** A deployment, and the RPCs that are accepted of it. */
export interface ExplorerGroup {
  /** Name of the deployment; missing for what Trellis itself serves. */
  readonly deployment?: string | undefined;
  readonly title: string;
  readonly rpcs: readonly ServedRpc[];
}

/** Every RPC that can be called, by deployment. */
export function ExplorerPage({ groups }: { readonly groups: readonly ExplorerGroup[] }): VNode {
  return (
    <>
      <p>
        Look up what a deployment serves, fill in its input, and call it. A call is a real one: what
        it changes is changed.
      </p>
      {groups.every(({ deployment }) => deployment === undefined) && (
        <Empty>
          No deployment serves an RPC yet. Declare one in a contract under contracts/, and it
          appears here when its plan is accepted.
        </Empty>
      )}
      {groups.map(({ title, rpcs, deployment }) => (
        <Section key={title} title={printable(title)}>
          <Table
            caption={`RPCs of ${printable(title)}`}
            rows={rpcs}
            keyOf={({ name }) => name}
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
                cell: ({ errors }) => errors.length === 0 ? "none" : printable(errors.join(", ")),
              },
            ]}
          />
        </Section>
      ))}
    </>
  );
}

/** Where an RPC is shown and called. */
export function rpcAddress(name: string, deployment: string | undefined): string {
  return `/explorer/${encodeURIComponent(deployment ?? PLATFORM)}/${encodeURIComponent(name)}`;
}

/** Stands for what Trellis itself serves; no deployment has such a name. */
export const PLATFORM = "trellis";
