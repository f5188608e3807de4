import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import {
  buildPageResponse,
  MAX_PAGE_LIMIT,
  normalizePageQuery,
  PageRequestSchema,
  PageResponseSchema,
  QueryRangeError,
} from "./page.ts";
import { validatorOf } from "./validator.ts";

Deno.test("bounds are refused, not clamped", () => {
  for (
    const query of [
      { limit: -1 },
      { limit: 1.5 },
      { limit: NaN },
      { limit: MAX_PAGE_LIMIT + 1 },
      { limit: 1, offset: -1 },
      { limit: 1, offset: Infinity },
    ]
  ) {
    assertThrows(() => normalizePageQuery(query), QueryRangeError);
    assertThrows(() => buildPageResponse([], 0, query), RangeError);
  }
  assertEquals(normalizePageQuery({ limit: MAX_PAGE_LIMIT }).limit, MAX_PAGE_LIMIT);
});

Deno.test("a limit of zero asks for the count alone", () => {
  const page = buildPageResponse(["a"], 7, { limit: 0 });
  assertEquals(page, { entries: [], count: 7, offset: 0, limit: 0 });
});

Deno.test("the pages of a list are the list, in order, and end", () => {
  const sizes = fc.record({ total: fc.nat(60), limit: fc.integer({ min: 1, max: 20 }) });
  fc.assert(fc.property(sizes, ({ total, limit }) => {
    const rows = Array.from({ length: total }, (_, i) => i);
    const seen: number[] = [];
    let offset: number | undefined = 0;
    for (let requests = 0; offset !== undefined; requests++) {
      assert(requests <= total, "the listing ends");
      const at: number = offset;
      const page = buildPageResponse(rows.slice(at, at + limit), total, { offset: at, limit });
      assert(validatorOf(PageResponseSchema(Type.Integer())).check(page));
      seen.push(...page.entries);
      offset = page.nextOffset;
    }
    assertEquals(seen, rows);
  }));
});

Deno.test("a page never holds more than its limit, and no offset beyond the rows goes on", () => {
  assertEquals(buildPageResponse([1, 2, 3], 3, { limit: 2 }).entries, [1, 2]);
  assertFalse("nextOffset" in buildPageResponse([], 3, { offset: 9, limit: 2 }));
});

Deno.test("the schemas stay open", () => {
  assert(validatorOf(PageRequestSchema).check({ limit: 1, added: true }));
  const response = { entries: [], count: 0, offset: 0, limit: 1, added: true };
  assert(validatorOf(PageResponseSchema(Type.String())).check(response));
  assertFalse(validatorOf(PageResponseSchema(Type.String())).check({ ...response, entries: [1] }));
});
