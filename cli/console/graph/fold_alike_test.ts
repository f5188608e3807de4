import { assertEquals } from "@std/assert";
import { foldAlike } from "./fold_alike.ts";
import type { UsageEdge, UsageNode } from "./usage_graph.ts";

function node(name: string, pending?: string): UsageNode {
  return { name, kind: "service", isDeployed: true, pending };
}

function edge(from: string, to: string, broken: readonly string[] = []): UsageEdge {
  return { from, to, required: true, selected: [], missing: [], broken };
}

Deno.test("many who use the same are drawn as one, but for those where there is something to see", () => {
  const names = Array.from({ length: 150 }, (_, at) => `n${at}`);
  const nodes = [
    node("hub"),
    ...names.map((name) => node(name, name === "n7" ? "plan" : undefined)),
    node("else"),
    node("top"),
  ];
  const edges = [
    ...names.map((name) => edge(name, "hub", name === "n8" ? ["rpc"] : [])),
    edge("else", "n9"),
    edge("top", "else"),
  ];
  const drawn = foldAlike({ nodes, edges });
  assertEquals(drawn.nodes.map(({ name }) => name), ["hub", "n0", "n7", "n8", "n9", "else", "top"]);
  assertEquals([...drawn.folded], [["n0", 147]]);
  assertEquals(drawn.edges.length, 6);
  const few = { nodes: nodes.slice(0, 6), edges: edges.slice(0, 5) };
  assertEquals(foldAlike(few), { ...few, folded: new Map() });
});
