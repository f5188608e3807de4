/** Variable that has tests of random values make all of their runs. */
const ALL_RUNS = "TRELLIS_TEST_ALL_RUNS";
/** Every time the values are others: what a part of the runs misses today is found tomorrow. */
const PART = 5;

/** How many runs a test of random values makes that takes long: a fifth of them, or all where they are asked for. */
export function runsOf(all: number): number {
  return Deno.env.get(ALL_RUNS) === undefined ? Math.ceil(all / PART) : all;
}
