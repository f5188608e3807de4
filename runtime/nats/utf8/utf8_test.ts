import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Utf8Slab } from "./utf8_slab.ts";
import { decodeUtf8 } from "./utf8_text.ts";
import { anyText } from "../../../tests/support/random/any_text.ts";

const text = fc.oneof(
  anyText({ maxLength: 200 }),
  anyText({ maxLength: 200 }).map((part) => part.repeat(100)),
  fc.constantFrom("", "\uD800", "a\uDC00b", "€".repeat(5461), "€".repeat(5462), "x".repeat(70_000)),
);

Deno.test("a slab encodes as the platform does, and never touches what it gave out", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
      const slab = new Utf8Slab();
      const encoded = texts.map((text) => slab.encode(text));
      assertEquals(encoded, texts.map((text) => new TextEncoder().encode(text)));
    }),
    { numRuns: 30 },
  );
});

Deno.test("bytes decode exactly when they are UTF-8", () => {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const expected = (bytes: Uint8Array) => {
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  };
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    text.map((value) => new TextEncoder().encode(value)),
  );
  fc.assert(fc.property(bytes, (input) => assertEquals(decodeUtf8(input), expected(input))));
});
