import { median } from "./rounds.ts";

/** Does the thing that is measured, once. */
export type Call = () => Promise<unknown>;

/** How a side is loaded in one turn. */
export type Load =
  /** One call after the other; the figure is the median time of a call in microseconds. */
  | { readonly kind: "sequential"; readonly calls: number }
  /** So many calls at all times; the figure is calls a second. */
  | { readonly kind: "in_flight"; readonly width: number; readonly ms: number };

/** Loads a side for one turn and answers with the figure. */
export function run(load: Load, call: Call): Promise<number> {
  return load.kind === "sequential" ? sequential(load.calls, call) : inFlight(load, call);
}

async function sequential(calls: number, call: Call): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    await call();
    times.push((performance.now() - start) * 1000);
  }
  return median(times);
}

async function inFlight(
  { width, ms }: { readonly width: number; readonly ms: number },
  call: Call,
): Promise<number> {
  // While others had their turns, this side's heap has shrunk and its caches are cold.
  await callsASecond(width, ms / 2, call);
  return await callsASecond(width, ms, call);
}

async function callsASecond(width: number, ms: number, call: Call): Promise<number> {
  const start = performance.now();
  const end = start + ms;
  let done = 0;
  const one = async () => {
    while (performance.now() < end) {
      await call();
      done++;
    }
  };
  await Promise.all(Array.from({ length: width }, one));
  return done / (performance.now() - start) * 1000;
}
