/** That something points to something else, by name. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** How often the layers are put in order, forth and back. */
const SWEEPS = 4;

/**
 * Puts what points to something into layers, so that arrows lead from one layer to a later one, as far as
 * there are no circles, and in each layer near to what it is joined with. What has no arrow is left out.
 *
 * @returns names by layer, each in its order
 */
export function layerNodes(arrows: readonly Arrow[]): readonly (readonly string[])[] {
  const forward = withoutCircles(arrows);
  const names = [...new Set(arrows.flatMap(({ from, to }) => [from, to]))].sort();
  const depth = depthsOf(names, forward);
  const layers: string[][] = [];
  for (const name of names) (layers[depth.get(name) ?? 0] ??= []).push(name);
  const filled = Array.from(layers, (layer) => layer ?? []);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForth = sweep % 2 === 0;
    const order = filled.map((_, at) => isForth ? at : filled.length - 1 - at);
    for (const at of order) sortLayer(filled, at, forward, isForth);
  }
  return filled;
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

/** The longest way to each name. */
function depthsOf(
  names: readonly string[],
  arrows: readonly Arrow[],
): ReadonlyMap<string, number> {
  const next = Map.groupBy(arrows, ({ from }) => from);
  const waits = new Map(names.map((name) => [name, 0]));
  for (const { to } of arrows) waits.set(to, (waits.get(to) ?? 0) + 1);
  const depth = new Map<string, number>();
  const ready = names.filter((name) => waits.get(name) === 0);
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

/** Puts the names of a layer where those of other layers are, in the middle, that they are joined with. */
function sortLayer(
  layers: readonly string[][],
  at: number,
  arrows: readonly Arrow[],
  isForth: boolean,
): void {
  const place = new Map(
    layers.flatMap((layer) =>
      layer.map((name, index) => [name, (index + .5) / layer.length] as const)
    ),
  );
  const joined = isForth
    ? Map.groupBy(arrows, ({ to }) => to)
    : Map.groupBy(arrows, ({ from }) => from);
  const middle = (name: string) => {
    const others = joined.get(name) ?? [];
    if (others.length === 0) return place.get(name) ?? 0;
    const sum = others.reduce(
      (sum, { from, to }) => sum + (place.get(isForth ? from : to) ?? 0),
      0,
    );
    return sum / others.length;
  };
  const middles = new Map(layers[at]?.map((name) => [name, middle(name)]));
  layers[at]?.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0));
}
