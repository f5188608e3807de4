/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { truncate } from "../../terminal/display_width.ts";
import { printable } from "../../terminal/printable.ts";
import { deploymentHref } from "../deployments/deployment_href.ts";
import { layerNodes, type Spot } from "./layer_nodes.ts";
import { foldAlike } from "./fold_alike.ts";
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
export function UsageDrawing({ graph }: { readonly graph: UsageGraph }): VNode {
  const { nodes, edges, folded } = foldAlike(graph);
  const { layers, ways } = layerNodes(edges);
  const width = layers.length * (WIDTH + BETWEEN_LAYERS) - BETWEEN_LAYERS + 2 * MARGIN;
  const height = Math.max(0, ...layers.map(heightOf)) + 2 * MARGIN;
  const places = placesOf(layers, height);
  const named = new Map([...places].map(([{ name }, place]) => [name, place]));
  return (
    <svg
      class="usage-graph"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {edges.map((edge) => {
        const between = (ways.get(edge) ?? []).map((spot) => places.get(spot));
        const points = [named.get(edge.from), ...between, named.get(edge.to)]
          .filter((point) => point !== undefined);
        return <Line key={`${edge.from} ${edge.to}`} edge={edge} points={points} />;
      })}
      {nodes.map((node) => {
        const place = named.get(node.name);
        if (place === undefined) return undefined;
        const count = folded.get(node.name);
        return count === undefined
          ? <Box key={node.name} node={node} place={place} />
          : <ManyBox key={node.name} count={count} first={node.name} place={place} />;
      })}
    </svg>
  );
}

function heightOf(layer: readonly Spot[]): number {
  return layer.reduce((sum, spot) => sum + roomOf(spot), -BETWEEN_NODES);
}

/** What a spot takes of the height, with the space below it. */
function roomOf({ name }: Spot): number {
  return (name === undefined ? 0 : HEIGHT) + BETWEEN_NODES;
}

/** The left end of each spot, in the middle of its height. */
function placesOf(
  layers: readonly (readonly Spot[])[],
  height: number,
): ReadonlyMap<Spot, Point> {
  return new Map(layers.flatMap((layer, at) => {
    const x = MARGIN + at * (WIDTH + BETWEEN_LAYERS);
    let top = (height - heightOf(layer)) / 2;
    return layer.map((spot) => {
      const y = top + (roomOf(spot) - BETWEEN_NODES) / 2;
      top += roomOf(spot);
      return [spot, { x, y }] as const;
    });
  }));
}

/** From the right end of the first to the left end of the last, straight through what is between. */
function Line(
  { edge: { required, missing, broken }, points }: {
    readonly edge: UsageEdge;
    readonly points: readonly Point[];
  },
): VNode {
  const isBroken = broken.length > 0 || missing.length > 0;
  const names = ["line", required ? "" : "optional", isBroken ? "broken" : ""];
  const pairs = points.slice(1).map((to, at) => [points[at] ?? to, to] as const);
  const path = pairs.map(([from, to], at) => {
    const [x, y] = [from.x + WIDTH, from.y];
    const isEnd = at === pairs.length - 1;
    // One that leads back swings out, so that it is not taken for one that leads on.
    const bend = Math.max(BETWEEN_LAYERS / 2, Math.abs(to.x - x) / 3);
    const curve = `C${x + bend} ${y} ${to.x - bend} ${to.y} ${isEnd ? to.x - 7 : to.x} ${to.y}`;
    return `${at === 0 ? "M" : "L"}${x} ${y}${curve}`;
  });
  const end = points.at(-1);
  return (
    <g class={names.filter((name) => name !== "").join(" ")}>
      <path d={path.join("")} />
      {end !== undefined && <path class="head" d={`M${end.x} ${end.y}l-9 -4.5v9z`} />}
    </g>
  );
}

/** Stands for many; the list below has their names. */
function ManyBox(
  { count, first, place: { x, y: middle } }: {
    readonly count: number;
    readonly first: string;
    readonly place: Point;
  },
): VNode {
  const y = middle - HEIGHT / 2;
  return (
    <g class="box">
      <title>{`${printable(first)} and ${count - 1} others`}</title>
      <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="8" />
      <text class="name" x={x + 12} y={y + 19}>{`${count} deployments`}</text>
      <text class="what" x={x + 12} y={y + 35}>use the same; see the list</text>
    </g>
  );
}

function Box(
  { node: { name, kind, isDeployed, pending }, place }: {
    readonly node: UsageNode;
    readonly place: Point;
  },
): VNode {
  const { x } = place;
  const y = place.y - HEIGHT / 2;
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
