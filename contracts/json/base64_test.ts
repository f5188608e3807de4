import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeBase64, encodeBase64, encodeBase64Url } from "./base64.ts";

/** Does something as in a runtime that has no such functions of its own. */
function without<T>(work: () => T): T {
  const own = { toBase64: Uint8Array.prototype.toBase64, fromBase64: Uint8Array.fromBase64 };
  Reflect.deleteProperty(Uint8Array.prototype, "toBase64");
  Reflect.deleteProperty(Uint8Array, "fromBase64");
  try {
    return work();
  } finally {
    Object.defineProperty(Uint8Array.prototype, "toBase64", hidden(own.toBase64));
    Object.defineProperty(Uint8Array, "fromBase64", hidden(own.fromBase64));
  }
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false };
}

Deno.test("base64 is the same where the runtime has none of its own", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    const text = encodeBase64(bytes);
    assertEquals(without(() => encodeBase64(bytes)), text);
    assertEquals(without(() => encodeBase64Url(bytes)), encodeBase64Url(bytes));
    assertEquals(without(() => decodeBase64(text)), Uint8Array.from(bytes));
    assertEquals(decodeBase64(text), Uint8Array.from(bytes));
  }));
  assertThrows(() => decodeBase64("a?"));
  assertThrows(() => without(() => decodeBase64("a?")));
});
