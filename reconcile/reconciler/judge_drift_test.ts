import { assertEquals } from "@std/assert";
import type { BucketSettings } from "../resources/settings.ts";
import type { BucketState, Deviation } from "../resources/bucket.ts";
import { changeText } from "../resources/bucket.ts";
import { judgeDrift } from "./judge_drift.ts";

const DECLARED: BucketSettings = { history: 3, ttlMs: 60_000, maxValueBytes: 1000 };

function found(
  settings: BucketSettings,
  more: Partial<BucketState> = {},
): BucketState {
  return {
    name: "b",
    settings: { ...DECLARED, ...settings },
    owner: undefined,
    values: 2,
    bytes: 100,
    created: "",
    revisions: 10,
    oldestMs: 90_000,
    ...more,
  };
}

function judged(state: BucketState, before: readonly BucketSettings[] | undefined = [DECLARED]) {
  const { decided, repairs, costly, stuck, settings } = judgeDrift(state, DECLARED, before);
  const fields = (changes: readonly { field: string }[]) => changes.map(({ field }) => field);
  return {
    decided: fields(decided),
    repairs: fields(repairs),
    costly: fields(costly),
    stuck: fields(stuck),
    settings,
  };
}

const NONE = { decided: [], repairs: [], costly: [], stuck: [], settings: DECLARED };

Deno.test("as declared: nothing", () => assertEquals(judged(found({})), NONE));

Deno.test("tightened outside Trellis is loosened again, which costs nothing", () => {
  const each: readonly BucketSettings[] = [{ history: 1 }, { ttlMs: 1000 }, { maxValueBytes: 10 }];
  for (const settings of each) {
    assertEquals(judged(found(settings)), { ...NONE, repairs: Object.keys(settings) });
  }
});

Deno.test("loosened outside Trellis: undone only where that drops nothing", () => {
  const history = found({ history: 20 });
  assertEquals(judged(history), {
    ...NONE,
    costly: ["history"],
    settings: { ...DECLARED, history: 20 },
  });
  // Two keys with four revisions: no key can have more than three.
  assertEquals(judged({ ...history, revisions: 4 }), { ...NONE, repairs: ["history"] });
  assertEquals(judged({ ...history, revisions: 5 }).costly, ["history"]);
  assertEquals(judged({ ...history, values: 0, revisions: 0 }).repairs, ["history"]);
  for (const ttlMs of [0, 600_000]) {
    const state = found({ ttlMs });
    assertEquals(judged(state).costly, ["ttlMs"]);
    assertEquals(judged({ ...state, oldestMs: 59_999 }).repairs, ["ttlMs"]);
  }
  // Larger values that are stored stay; only later writes are refused.
  for (const maxValueBytes of [0, 5000]) {
    assertEquals(judged(found({ maxValueBytes })).repairs, ["maxValueBytes"]);
  }
});

Deno.test("what is not known counts as a loss", () => {
  const { revisions: _, oldestMs: __, ...unknown } = found({ history: 20, ttlMs: 0 });
  assertEquals(judged(unknown).costly, ["history", "ttlMs"]);
});

Deno.test("a value that a decision put there is followed, whatever it costs", () => {
  const state = found({ history: 20, ttlMs: 0 });
  const before = [{ ...DECLARED, history: 20 }];
  assertEquals(judged(state, before).decided, ["history"]);
  assertEquals(judged(state, before).costly, ["ttlMs"]);
  assertEquals(judged(state, [...before, { ...DECLARED, ttlMs: 0 }]).costly, []);
});

Deno.test("without a before, everything was decided", () => {
  const { decided, costly, settings } = judgeDrift(found({ history: 20 }), DECLARED, undefined);
  assertEquals([decided.length, costly, settings], [1, [], DECLARED]);
});

Deno.test("what all buckets have in common is repaired where the server lets it", () => {
  const deviations: readonly Deviation[] = [
    { field: "max_bytes", from: 10, to: -1, repairable: true },
    { field: "storage", from: "memory", to: "file", repairable: false },
  ];
  const { repairs, stuck } = judgeDrift(found({}, { deviations }), DECLARED, [DECLARED]);
  assertEquals(repairs, [{ field: "max_bytes", from: 10, to: -1 }]);
  assertEquals(stuck, [{ field: "storage", from: "memory", to: "file" }]);
  assertEquals(changeText(stuck[0]!), 'storage "memory" -> "file"');
});
