import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { runsOf } from "../random/runs.ts";
import { fits, type KeyAction, type KeyOperation, valueAfter } from "./history.ts";
import { violations } from "./linearizable.ts";

const at = (
  began: number,
  ended: number,
  action: KeyAction,
  outcome: KeyOperation["outcome"] = "done",
): KeyOperation => ({ key: "k", action, began, ended, outcome });

const create = (value: string): KeyAction => ({ kind: "create", value });
const read = (value?: string): KeyAction => ({ kind: "read", value });
const update = (expected: string, value: string): KeyAction => ({
  kind: "update",
  expected,
  value,
});

const EXPLAINED: Readonly<Record<string, readonly KeyOperation[]>> = {
  "one after the other": [
    at(0, 1, create("a")),
    at(2, 3, update("a", "b")),
    at(4, 5, { kind: "delete", expected: "b" }),
    at(6, 7, read()),
  ],
  "at the same time, in either order": [
    at(0, 9, create("a")),
    at(1, 2, read()),
    at(3, 4, read("a")),
  ],
  "an unknown write that has happened long after": [
    at(0, 1, create("a")),
    at(2, 3, update("a", "b"), "unknown"),
    at(4, 5, read("a")),
    at(6, 7, read("b")),
  ],
  "an unknown write that has never happened": [
    at(0, 1, create("a"), "unknown"),
    at(2, 3, create("b")),
    at(4, 5, read("b")),
  ],
  "an unknown deletion, before a new creation": [
    at(0, 1, create("a")),
    at(2, 3, { kind: "delete", expected: "a" }, "unknown"),
    at(4, 5, create("b")),
  ],
  "a refusal, whatever it says": [at(0, 1, create("a"), "refused"), at(2, 3, read())],
};

const NOT_EXPLAINED: Readonly<Record<string, readonly KeyOperation[]>> = {
  "what was acknowledged is gone": [at(0, 1, create("a")), at(2, 3, read())],
  "two have written in place of one value": [
    at(0, 1, create("a")),
    at(2, 5, update("a", "b")),
    at(2, 5, update("a", "c")),
  ],
  "two have created it": [at(0, 1, create("a")), at(2, 3, create("b"))],
  "an older value is read again": [
    at(0, 1, create("a")),
    at(2, 3, update("a", "b")),
    at(4, 5, read("b")),
    at(6, 7, read("a")),
  ],
  // Of a run: another leader was there, and the one that was cut off did not know it yet. The condition was refused.
  "what a leader that was cut off says": [
    at(49923, 49972, create("x-0-559")),
    at(50078, 50082, read("x-0-559")),
    at(50082, 50092, { kind: "put", value: "x-0-562" }),
    at(40001, 40010, create("x-1-594")),
    at(40300, 40310, { kind: "delete", expected: "x-1-594" }),
    at(50096, 50097, read("x-1-594")),
    at(50097, 50099, { kind: "delete", expected: "x-1-594" }, "refused"),
    at(50116, 50119, read("x-0-562")),
  ],
  "it is read before anybody writes it": [at(0, 1, read("a")), at(2, 3, create("a"))],
  "what was refused has happened": [at(0, 1, create("a"), "refused"), at(2, 3, read("a"))],
  "a value of nobody": [at(0, 1, read("x"))],
};

for (const [name, history] of Object.entries(EXPLAINED)) {
  Deno.test(`explained: ${name}`, () => assertEquals(violations(history), []));
}
for (const [name, history] of Object.entries(NOT_EXPLAINED)) {
  Deno.test(`not explained: ${name}`, () => assertEquals(violations(history).length, 1));
}

/** A run of one key in which each operation happens at one moment, and callers ask before and are told after it. */
function runs({ mostMs, hasUnknown }: { readonly mostMs: number; readonly hasUnknown: boolean }) {
  const step = fc.record({
    kind: fc.constantFrom<KeyAction["kind"]>("create", "put", "update", "delete", "read"),
    before: fc.integer({ min: 0, max: mostMs }),
    after: fc.integer({ min: 1, max: mostMs }),
    isLost: fc.boolean(),
  });
  return fc.array(step, { minLength: 1, maxLength: 40 }).map((steps) => {
    let current: string | undefined;
    const history = steps.map(({ kind, before, after, isLost }, n): KeyOperation => {
      const action = actionOf(kind, current, `v${n}`);
      const happens = fits(action, current);
      if (happens && action.kind !== "read") current = valueAfter(action);
      const isUnknown = hasUnknown && isLost && kind !== "read";
      const outcome = isUnknown ? "unknown" : happens ? "done" : "refused";
      return at(n * 10 - before, n * 10 + after, action, outcome);
    });
    return { history, current };
  });
}

function actionOf(kind: KeyAction["kind"], current: string | undefined, value: string): KeyAction {
  const expected = current ?? "none";
  if (kind === "read") return read(current);
  if (kind === "update") return update(expected, value);
  return kind === "delete" ? { kind, expected } : { kind, value };
}

Deno.test("whatever has happened one after the other is explained", () => {
  fc.assert(
    fc.property(runs({ mostMs: 40, hasUnknown: true }), ({ history }) => {
      assertEquals(violations(history), []);
    }),
    { numRuns: runsOf(1000) },
  );
});

Deno.test("that the last write is gone, or that another one comes back, is explained by nothing", () => {
  fc.assert(
    fc.property(runs({ mostMs: 4, hasUnknown: false }), ({ history, current }) => {
      const [began, ended] = [history.length * 10, history.length * 10 + 1];
      assertEquals(violations([...history, at(began, ended, read(current))]), []);
      const other = current === undefined ? "v0" : undefined;
      assertEquals(violations([...history, at(began, ended, read(other))]).length, 1);
    }),
    { numRuns: runsOf(500) },
  );
});
