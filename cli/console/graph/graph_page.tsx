/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { printable } from "../../terminal/printable.ts";
import { deploymentHref, planHref } from "../deployments/deployment_href.ts";
import { DeploymentLink } from "../deployments/labels.tsx";
import { Badge, Empty, Section, Table } from "../layout/parts.tsx";
import { UsageDrawing } from "./usage_drawing.tsx";
import type { UsageEdge, UsageGraph, UsageNode } from "./usage_graph.ts";

/** Who uses whom: drawn, and as a list. */
export function GraphPage({ graph }: { readonly graph: UsageGraph }): VNode {
  const { nodes, edges } = graph;
  const joined = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const alone = nodes.filter(({ name }) => !joined.has(name));
  if (edges.length === 0) {
    return (
      <>
        <Empty>
          No accepted contract uses another one. When one says so under `uses`, it appears here.
        </Empty>
        <Alone nodes={alone} />
      </>
    );
  }
  return (
    <>
      <p class="summary">{summaryText(edges)}</p>
      <div class="graph-scroll sheet" tabIndex={0} role="region" aria-label="Drawing">
        <UsageDrawing graph={graph} />
      </div>
      <Section title="As a list" id="list">
        <UsageList graph={graph} />
      </Section>
      <Alone nodes={alone} />
    </>
  );
}

function summaryText(edges: readonly UsageEdge[]): string {
  const broken = edges.filter((edge) => edge.broken.length > 0).length;
  const missing = edges.filter((edge) => edge.missing.length > 0).length;
  const words = [
    "Users stand at the left of what they use; a dashed line is optional.",
    ...(broken === 0 ? [] : [
      broken === 1
        ? "A plan that waits would break 1 use, in red."
        : `Plans that wait would break ${broken} uses, in red.`,
    ]),
    ...(missing === 0 ? [] : [
      missing === 1 ? "1 use lacks something, in red." : `${missing} uses lack something, in red.`,
    ]),
    ...(broken + missing === 0 ? ["Nothing would break."] : []),
  ];
  return words.join(" ");
}

function UsageList({ graph: { nodes, edges } }: { readonly graph: UsageGraph }): VNode {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return (
    <Table
      caption="Who uses whom"
      rows={edges}
      keyOf={({ from, to }) => `${from} ${to}`}
      empty=""
      columns={[
        { heading: "Deployment", cell: ({ from }) => <DeploymentLink deployment={from} /> },
        { heading: "Uses", cell: ({ to }) => <Used node={byName.get(to)} name={to} /> },
        { heading: "Needed", cell: ({ required }) => required ? "required" : "optional" },
        { heading: "What", cell: ({ selected }) => printable(selected.join(", ")) },
        {
          heading: "Breaks",
          cell: (edge) => <Breaks edge={edge} pending={byName.get(edge.to)?.pending} />,
        },
      ]}
    />
  );
}

function Used(
  { node, name }: { readonly node: UsageNode | undefined; readonly name: string },
): VNode {
  return !node?.isDeployed
    ? <>{printable(name)} (not deployed)</>
    : <DeploymentLink deployment={name} />;
}

function Breaks(
  { edge: { to, broken, missing }, pending }: {
    readonly edge: UsageEdge;
    readonly pending: string | undefined;
  },
): VNode {
  if (broken.length + missing.length === 0) return <span class="faint">nothing</span>;
  return (
    <>
      {missing.length > 0 && (
        <span class="line">
          <Badge tone="danger">lacks</Badge> {printable(missing.join(", "))}
        </span>
      )}
      {broken.length > 0 && (
        <span class="line">
          <Badge tone="danger">would break</Badge> {printable(broken.join(", "))}{" "}
          {pending !== undefined && <a href={planHref(to, pending)}>by this plan</a>}
        </span>
      )}
    </>
  );
}

function Alone({ nodes }: { readonly nodes: readonly UsageNode[] }): VNode | null {
  if (nodes.length === 0) return null;
  return (
    <Section title="By themselves" id="alone">
      <p>They use nobody, and nobody uses them.</p>
      <ul class="names">
        {nodes.map(({ name }) => (
          <li key={name}>
            <a href={deploymentHref(name)}>{printable(name)}</a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
