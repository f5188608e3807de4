import { assert, assertEquals } from "@std/assert";
import { FileSource } from "./file_source.ts";

const TERMS = { chunkBytes: 4 };

Deno.test("pieces of any size become chunks of one size", async () => {
  const body = ReadableStream.from([[1, 2], [3, 4, 5], [6]].map((bytes) => new Uint8Array(bytes)));
  const source = FileSource.open(body, TERMS, "o-1", new AbortController().signal).orThrow();
  const chunks: number[][] = [];
  for (;;) {
    const chunk = (await source.next()).orThrow();
    if (chunk === undefined) break;
    chunks.push([...chunk]);
  }
  source.close();
  assertEquals(chunks, [[1, 2, 3, 4], [5, 6]]);
});

Deno.test("a body that gives nothing is waited for until its sender ends it, or has ended it before", async () => {
  for (const isEnded of [true, false]) {
    const sender = new AbortController();
    if (isEnded) sender.abort();
    const source = FileSource.open(new ReadableStream(), TERMS, "o-1", sender.signal).orThrow();
    const next = source.next();
    sender.abort();
    const chunk = await next;
    source.close();
    assert(chunk.isErr() && chunk.error.reason === "aborted", String(chunk));
  }
});
