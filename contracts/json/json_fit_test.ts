import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { jsonMisfit } from "./json_fit.ts";

Deno.test("every JSON value fits", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => jsonMisfit(value) === undefined));
  assertEquals(jsonMisfit({ there: 1, absent: undefined }), undefined);
  assertEquals(jsonMisfit(Object.create(null)), undefined);
});

Deno.test("what JSON would drop or change is named with its place", () => {
  const place = (value: unknown) => jsonMisfit(value)?.path;
  assertEquals(place(undefined), "");
  assertEquals(place({ a: [1, { "b/c": NaN }] }), "/a/1/b~1c");
  assertEquals(place([undefined]), "/0");
  assertEquals(place({ a: -Infinity }), "/a");
  assertEquals(place({ a: 1n }), "/a");
  assertEquals(place({ a: () => 1 }), "/a");
  assertEquals(place({ a: new Date() }), "/a");
  assertEquals(place({ a: new Map() }), "/a");
  assertEquals(place({ toJSON: () => 1 }), "");
  assertEquals(place(Array(2)), "/0");
});

Deno.test("a cycle is refused and not followed without end", () => {
  const cycle: { next?: unknown } = {};
  cycle.next = [cycle];
  assertEquals(jsonMisfit(cycle)?.message.includes("cycle"), true);
});

Deno.test("what fits is what comes back", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true });
  fc.assert(fc.property(anything, (value) => {
    if (jsonMisfit(value) !== undefined) return;
    const text = JSON.stringify(value);
    assertEquals(JSON.stringify(JSON.parse(text)), text);
  }));
});
