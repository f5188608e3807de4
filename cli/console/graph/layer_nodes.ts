/** That something points to something else, by name. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Something that has a place in a layer: a name, or where a long arrow passes through. */
export interface Spot {
  /** Undefined where only an arrow passes. */
  readonly name: string | undefined;
}

/** Names in layers, and the ways of the arrows between them. */
export interface Layers {
  /** Each in its order. */
  readonly layers: readonly (readonly Spot[])[];
  /** Where arrows pass between their ends; of those that lead to the next layer nothing. */
  readonly ways: ReadonlyMap<Arrow, readonly Spot[]>;
}

/** How often the layers are put in order, forth and back. */
const SWEEPS = 6;
/** Beyond these, long arrows pass below names: a drawing that large is read by its list. */
const MOST_PASSES = 2000;

/**
 * Puts what points to something into layers, so that arrows lead from one layer to a later one, as far as
 * there are no circles, and in each layer near to what it is joined with. What has no arrow is left out.
 */
export function layerNodes(arrows: readonly Arrow[]): Layers {
  const forward = withoutCircles(arrows);
  const names = [...new Set(arrows.flatMap(({ from, to }) => [from, to]))].sort();
  const depth = depthsOf(names, forward);
  const depthOf = (name: string) => depth.get(name) ?? 0;
  const layers: Spot[][] = Array.from(
    { length: Math.max(-1, ...depth.values()) + 1 },
    () => [],
  );
  const spots = new Map(names.map((name) => [name, { name }]));
  for (const [name, spot] of spots) layers[depthOf(name)]?.push(spot);
  const passes = forward.reduce((sum, { from, to }) => sum + depthOf(to) - depthOf(from) - 1, 0);
  const ways = new Map<Arrow, readonly Spot[]>();
  const joints = new Joints();
  for (const arrow of forward) {
    const [start, end] = [spots.get(arrow.from), spots.get(arrow.to)];
    if (start === undefined || end === undefined) continue;
    const between = passes > MOST_PASSES
      ? []
      : layers.slice(depthOf(arrow.from) + 1, depthOf(arrow.to));
    const way = between.map((layer) => {
      const spot: Spot = { name: undefined };
      layer.push(spot);
      return spot;
    });
    ways.set(arrow, way);
    joints.add([start, ...way, end]);
  }
  sortLayers(layers, joints);
  return { layers, ways };
}

/** The arrows without those that lead back to where they were come from. */
function withoutCircles(arrows: readonly Arrow[]): readonly Arrow[] {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const state = new Map<string, "open" | "done">();
  const kept: Arrow[] = [];
  for (const start of [...next.keys()].sort()) {
    if (state.has(start)) continue;
    // No calls of itself: a chain may be longer than the stack.
    const path = [{ name: start, left: [...next.get(start) ?? []] }];
    state.set(start, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const arrow = top.left.shift();
      if (arrow === undefined) {
        state.set(top.name, "done");
        path.pop();
        continue;
      }
      const known = state.get(arrow.to);
      if (known !== "open") kept.push(arrow);
      if (known !== undefined) continue;
      state.set(arrow.to, "open");
      path.push({ name: arrow.to, left: [...next.get(arrow.to) ?? []] });
    }
  }
  return kept;
}

/** The length of the longest way to each name. */
function depthsOf(
  names: readonly string[],
  arrows: readonly Arrow[],
): ReadonlyMap<string, number> {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const waits = new Map(names.map((name) => [name, 0]));
  for (const { to } of arrows) waits.set(to, (waits.get(to) ?? 0) + 1);
  const ready = names.filter((name) => waits.get(name) === 0);
  const depth = new Map(ready.map((name) => [name, 0]));
  for (const name of ready) {
    for (const { to } of next.get(name) ?? []) {
      depth.set(to, Math.max(depth.get(to) ?? 0, (depth.get(name) ?? 0) + 1));
      const left = (waits.get(to) ?? 0) - 1;
      waits.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return depth;
}

/** What is joined with what, in the layer before and in the layer behind. */
class Joints {
  readonly #before = new Map<Spot, Spot[]>();
  readonly #behind = new Map<Spot, Spot[]>();

  /** Joins each with the next. */
  add(chain: readonly Spot[]): void {
    for (const [at, spot] of chain.entries()) {
      const next = chain[at + 1];
      if (next === undefined) return;
      join(this.#behind, spot, next);
      join(this.#before, next, spot);
    }
  }

  of(spot: Spot, side: "before" | "behind"): readonly Spot[] {
    return (side === "before" ? this.#before : this.#behind).get(spot) ?? [];
  }
}

function join(joined: Map<Spot, Spot[]>, spot: Spot, other: Spot): void {
  const others = joined.get(spot);
  if (others === undefined) joined.set(spot, [other]);
  else others.push(other);
}

/** Puts each spot where those of the next layer are, in the middle, that it is joined with. */
function sortLayers(layers: readonly Spot[][], joints: Joints): void {
  const place = new Map<Spot, number>();
  const note = (layer: readonly Spot[]) =>
    layer.forEach((spot, at) => place.set(spot, (at + .5) / layer.length));
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? "before" : "behind";
    for (const layer of side === "before" ? layers : layers.toReversed()) {
      const middles = new Map(layer.map((spot) => {
        const others = joints.of(spot, side);
        const sum = others.reduce((sum, other) => sum + (place.get(other) ?? 0), 0);
        return [spot, others.length === 0 ? place.get(spot) ?? 0 : sum / others.length];
      }));
      layer.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0));
      note(layer);
    }
  }
}
