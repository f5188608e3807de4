import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Type } from "@sinclair/typebox";
import {
  buildCursorPage,
  CursorPageSchema,
  CursorQuerySchema,
  normalizeCursorQuery,
} from "./cursor.ts";
import { QueryRangeError } from "./page.ts";
import { validatorOf } from "./validator.ts";

Deno.test("bounds are refused, not clamped", () => {
  for (const limit of [0, -1, 501, 1.5, NaN]) {
    assertThrows(() => normalizeCursorQuery({ limit }), QueryRangeError);
  }
  assertThrows(() => normalizeCursorQuery({ cursor: "" }), QueryRangeError, "cursor");
});

Deno.test("a narrower maximum also lowers the default, and a default of its own is used", () => {
  assertEquals(normalizeCursorQuery({}, { maxLimit: 20 }), { limit: 20 });
  assertEquals(normalizeCursorQuery({}, { defaultLimit: 7 }), { limit: 7 });
});

Deno.test("what the builder makes fits the schema", () => {
  const check = validatorOf(CursorPageSchema(Type.Integer()));
  assert(check.check(buildCursorPage([1, 2], "k2")));
  assert(check.check(buildCursorPage([])));
  assertFalse(check.check({ items: [1] }));
  assertFalse(check.check({ items: ["1"], page: {} }));
  assert(validatorOf(CursorQuerySchema).check({ added: 1 }));
});

Deno.test("the page has its own list", () => {
  const items = [1];
  const page = buildCursorPage(items);
  items.push(2);
  assertEquals(page.items, [1]);
});

Deno.test("an empty position is no position", () => {
  assert(validatorOf(CursorPageSchema(Type.Integer())).check(buildCursorPage([1], "")));
});
