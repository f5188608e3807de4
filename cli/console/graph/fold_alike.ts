import type { UsageEdge, UsageGraph, UsageNode } from "./usage_graph.ts";

/** A drawing with more deployments that use the same is read by its list. */
const MOST_ALIKE = 8;

/** What is drawn: some stand for many. */
export interface DrawnGraph extends UsageGraph {
  /** How many deployments a node stands for, by its name; missing: for itself. */
  readonly folded: ReadonlyMap<string, number>;
}

/**
 * Draws deployments that nobody uses, and that use the same in the same way, as one where they are many: else 150 who
 * use one service make a column that nobody sees the end of. Those where something waits, lacks or would break stay.
 */
export function foldAlike({ nodes, edges }: UsageGraph): DrawnGraph {
  const used = new Set(edges.map(({ to }) => to));
  const usesOf = Map.groupBy(edges, ({ from }) => from);
  const alike = Map.groupBy(nodes.filter((node) => !used.has(node.name)), (node) => {
    const uses = usesOf.get(node.name) ?? [];
    return isQuiet(node, uses) ? uses.map(useText).sort().join("\n") : "";
  });
  const folded = new Map<string, number>();
  const hidden = new Set<string>();
  for (const [uses, same] of alike) {
    const [first, ...others] = same;
    if (uses === "" || first === undefined || same.length <= MOST_ALIKE) continue;
    folded.set(first.name, same.length);
    for (const { name } of others) hidden.add(name);
  }
  return {
    nodes: nodes.filter(({ name }) => !hidden.has(name)),
    edges: edges.filter(({ from }) => !hidden.has(from)),
    folded,
  };
}

function isQuiet({ pending, isDeployed }: UsageNode, uses: readonly UsageEdge[]): boolean {
  return isDeployed && pending === undefined &&
    uses.every(({ missing, broken }) => missing.length + broken.length === 0);
}

function useText({ to, required }: UsageEdge): string {
  return `${to} ${required}`;
}
