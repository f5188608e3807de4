import { assertEquals } from "@std/assert";
import { parseTraceparent, traceparentOf } from "./traceparent.ts";

const [TRACE, SPAN] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];

Deno.test("a traceparent is read as W3C describes it, and written so that it reads the same", () => {
  const known = { trace: TRACE, span: SPAN, isSampled: true };
  assertEquals(parseTraceparent(`00-${TRACE}-${SPAN}-01`), known);
  assertEquals(parseTraceparent(`00-${TRACE}-${SPAN}-02`), { ...known, isSampled: false });
  // A later version may have more behind it.
  assertEquals(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes`), known);
  for (const isSampled of [true, false]) {
    assertEquals(parseTraceparent(traceparentOf({ ...known, isSampled })), { ...known, isSampled });
  }
});

Deno.test("what is no traceparent is none", () => {
  const wrong = [
    "",
    `00-${TRACE}-${SPAN}`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01x`,
  ];
  for (const text of wrong) assertEquals(parseTraceparent(text), undefined, text);
});
