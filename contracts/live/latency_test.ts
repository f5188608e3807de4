import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  inKnownClasses,
  LATENCY_BOUNDS_MS,
  latencyClass,
  latencyQuantile,
  latencySince,
  latencyTotal,
  noLatency,
  sumLatency,
} from "./latency.ts";

Deno.test("a duration belongs to the first class whose bound it does not exceed", () => {
  const last = LATENCY_BOUNDS_MS.length;
  for (const [ms, expected] of [[0, 0], [0.1, 0], [0.11, 1], [10_000, last - 1], [10_001, last]]) {
    assertEquals(latencyClass(ms!), expected, `${ms} ms`);
  }
});

Deno.test("a share is read from its class, and nothing from no durations", () => {
  const latency = { boundsMs: [1, 10, 100], counts: [50, 40, 8, 2] };
  assertEquals(latencyQuantile(latency, 0.5), 1);
  assertAlmostEquals(latencyQuantile(latency, 0.7)!, 5.5);
  assertAlmostEquals(latencyQuantile(latency, 0.98)!, 100);
  // All that is known of those above the last bound is that they took longer.
  assertEquals(latencyQuantile(latency, 0.99), 100);
  assertEquals(latencyQuantile({ boundsMs: [1], counts: [0, 0] }, 0.5), undefined);
});

Deno.test("durations of several instances are added up, and those before a look taken off", () => {
  const a = { boundsMs: [1, 10], counts: [1, 2, 3] };
  const b = { boundsMs: [1, 10], counts: [4, 0, 1] };
  assertEquals(sumLatency(a, b).counts, [5, 2, 4]);
  assertEquals(latencySince(sumLatency(a, b), b).counts, a.counts);
  assertEquals(latencyTotal(a), 6);
});

Deno.test("classes of another version are counted where all that is in them belongs", () => {
  const known = inKnownClasses({ boundsMs: [0.2, 7, 20_000], counts: [1, 2, 4, 8] });
  const expected: number[] = [...noLatency().counts];
  expected[latencyClass(0.2)] = 1;
  expected[latencyClass(7)] = 2;
  expected[LATENCY_BOUNDS_MS.length] = 12;
  assertEquals(known, { boundsMs: LATENCY_BOUNDS_MS, counts: expected });
});
