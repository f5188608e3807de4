import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { decodeMessages, encodeMessage } from "./lsp_framing.ts";

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("messages survive any cut of the stream", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (messages, sizes) => {
        const wire = concat(messages.map(encodeMessage));
        const sent = messages.map((message) => JSON.parse(JSON.stringify(message)));
        assertEquals(await Array.fromAsync(decodeMessages(chunksOf(wire, sizes))), sent);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("the length counts bytes, not characters", () => {
  const text = new TextDecoder().decode(encodeMessage("é€😀"));
  assertEquals(text, 'Content-Length: 11\r\n\r\n"é€😀"');
});

Deno.test("a header may have other lines and any case", async () => {
  const wire = new TextEncoder().encode("content-type: x\r\ncontent-length: 2\r\n\r\n{}");
  assertEquals(await Array.fromAsync(decodeMessages(chunksOf(wire, [7]))), [{}]);
});

Deno.test("an incomplete message at the end is dropped", async () => {
  const wire = concat([encodeMessage(1), encodeMessage([2, 3]).slice(0, -1)]);
  assertEquals(await Array.fromAsync(decodeMessages(chunksOf(wire, [5]))), [1]);
});

Deno.test("bytes in another format are refused", async () => {
  for (const text of ["hello\r\n\r\n", "x".repeat(5_000), "Content-Length: 1\r\n\r\n{"]) {
    const bytes = new TextEncoder().encode(text);
    await assertRejects(() => Array.fromAsync(decodeMessages(chunksOf(bytes, [64]))), SyntaxError);
  }
});
