import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { jsonChanges, memberText } from "./json_diff.ts";

Deno.test("members that came, went and changed are told apart", () => {
  const before = { id: 1, title: "a", address: { city: "Bern", zip: 3000 }, old: null };
  const after = { id: 1, title: "b", address: { city: "Bern", zip: 3001 }, note: "n" };
  assertEquals(jsonChanges(before, after), [
    { path: "/title", kind: "changed", before: "a", after: "b" },
    { path: "/address/zip", kind: "changed", before: 3000, after: 3001 },
    { path: "/old", kind: "removed", before: null },
    { path: "/note", kind: "added", after: "n" },
  ]);
  assertEquals(jsonChanges(before, { ...before, address: { ...before.address } }), []);
});

Deno.test("an item put between others is one change", () => {
  const cases: readonly (readonly [JsonValue, JsonValue, readonly string[]])[] = [
    [[1, 2, 3], [1, 9, 2, 3], ["added /1"]],
    [[1, 2, 3], [1, 3], ["removed /1"]],
    [[], [1, 2], ["added /0", "added /1"]],
    [[{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }], ["changed /1/a"]],
    [[1, 1, 1], [1, 1], ["removed /2"]],
    [[1], { 0: 1 }, ["changed "]],
    ["a", null, ["changed "]],
  ];
  for (const [before, after, expected] of cases) {
    const found = jsonChanges(before, after).map(({ kind, path }) => `${kind} ${path}`);
    assertEquals(found, expected, JSON.stringify([before, after]));
  }
});

Deno.test("a member named like one that every object has is a member", () => {
  const before = JSON.parse('{"a":1}');
  const after = JSON.parse('{"a":1,"constructor":{},"__proto__":1}');
  assertEquals(jsonChanges(before, after).map(({ path }) => path), ["/constructor", "/__proto__"]);
  assertEquals(jsonChanges(after, before).map(({ kind }) => kind), ["removed", "removed"]);
});

Deno.test("what is nested deeply is compared, and ends nothing", () => {
  const nested = (levels: number, leaf: number) =>
    Array.from({ length: levels }).reduce((inner: JsonValue) => ({ a: inner }), leaf);
  assertEquals(jsonChanges(nested(500, 1), nested(500, 1)), []);
  assertEquals(jsonChanges(nested(500, 1), nested(500, 2)).length, 1);
});

Deno.test("members are named as people write them", () => {
  const names = ["", "/a", "/a/b/0/c", "/a.b/c", "/a~1b", "/0", "/größe/x-y", '/"'];
  assertEquals(names.map(memberText), [
    "",
    "a",
    "a.b[0].c",
    '["a.b"].c',
    '["a/b"]',
    "[0]",
    "größe.x-y",
    '["\\""]',
  ]);
});
