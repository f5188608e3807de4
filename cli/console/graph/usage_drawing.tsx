/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { truncate } from "../../terminal/display_width.ts";
import { printable } from "../../terminal/printable.ts";
import { deploymentHref } from "../deployments/deployment_href.ts";
import { layerNodes } from "./layer_nodes.ts";
import type { UsageEdge, UsageGraph, UsageNode } from "./usage_graph.ts";

/** In pixels. */
const WIDTH = 184;
const HEIGHT = 44;
const BETWEEN_LAYERS = 88;
const BETWEEN_NODES = 14;
const MARGIN = 4;
/** Columns that a name may take. */
const NAME = 22;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Who uses whom, drawn: users at the left, what they use at the right. Readers of screens and keyboards have
 * the list below it, which says the same.
 */
export function UsageDrawing({ graph: { nodes, edges } }: { readonly graph: UsageGraph }): VNode {
  const layers = layerNodes(edges);
  const tallest = Math.max(0, ...layers.map((layer) => layer.length));
  const width = layers.length * (WIDTH + BETWEEN_LAYERS) - BETWEEN_LAYERS + 2 * MARGIN;
  const height = tallest * (HEIGHT + BETWEEN_NODES) - BETWEEN_NODES + 2 * MARGIN;
  const places = placesOf(layers, height);
  return (
    <svg
      class="usage-graph"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {edges.map((edge) => <Line key={`${edge.from} ${edge.to}`} edge={edge} places={places} />)}
      {nodes.map((node) => {
        const place = places.get(node.name);
        return place && <Box key={node.name} node={node} place={place} />;
      })}
    </svg>
  );
}

/** The left upper corner of each name. */
function placesOf(
  layers: readonly (readonly string[])[],
  height: number,
): ReadonlyMap<string, Point> {
  return new Map(layers.flatMap((layer, at) => {
    const tall = layer.length * (HEIGHT + BETWEEN_NODES) - BETWEEN_NODES;
    return layer.map((name, index) =>
      [name, {
        x: MARGIN + at * (WIDTH + BETWEEN_LAYERS),
        y: (height - tall) / 2 + index * (HEIGHT + BETWEEN_NODES),
      }] as const
    );
  }));
}

function Line(
  { edge: { from, to, required, missing, broken }, places }: {
    readonly edge: UsageEdge;
    readonly places: ReadonlyMap<string, Point>;
  },
): VNode | null {
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) return null;
  const [x, y] = [start.x + WIDTH, start.y + HEIGHT / 2];
  const [toX, toY] = [end.x, end.y + HEIGHT / 2];
  // One that leads back swings out, so that it is not taken for one that leads on.
  const bend = Math.max(BETWEEN_LAYERS / 2, Math.abs(toX - x) / 3);
  const isBroken = broken.length > 0 || missing.length > 0;
  const names = ["line", required ? "" : "optional", isBroken ? "broken" : ""];
  return (
    <g class={names.filter((name) => name !== "").join(" ")}>
      <path d={`M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX - 7} ${toY}`} />
      <path class="head" d={`M${toX} ${toY}l-9 -4.5v9z`} />
    </g>
  );
}

function Box(
  { node: { name, kind, isDeployed, pending }, place: { x, y } }: {
    readonly node: UsageNode;
    readonly place: Point;
  },
): VNode {
  const what = !isDeployed
    ? "not deployed"
    : `${kind ?? ""}${pending === undefined ? "" : ", plan waits"}`;
  const names = ["box", isDeployed ? "" : "strange", pending === undefined ? "" : "pending"];
  const box = (
    <g class={names.filter((name) => name !== "").join(" ")}>
      <title>{printable(name)}</title>
      <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="8" />
      <text class="name" x={x + 12} y={y + 19}>{truncate(printable(name), NAME)}</text>
      <text class="what" x={x + 12} y={y + 35}>{what}</text>
    </g>
  );
  return !isDeployed ? box : <a href={deploymentHref(name)} tabIndex={-1}>{box}</a>;
}
