import { assertEquals } from "@std/assert";
import { type ByteSink, outputStream, WriteQueue } from "./output_stream.ts";

const never = new AbortController().signal;

/** A sink that takes three bytes at a time, and first throws what it is given. */
function sink(...causes: Error[]): ByteSink & { text(): string; calls: number } {
  const taken: number[] = [];
  const take = (bytes: Uint8Array): number => {
    result.calls++;
    const cause = causes.shift();
    if (cause !== undefined) throw cause;
    const part = bytes.subarray(0, 3);
    taken.push(...part);
    return part.length;
  };
  const result = {
    calls: 0,
    writeSync: take,
    write: (bytes: Uint8Array) => new Promise<number>((resolve) => resolve(take(bytes))),
    text: () => new TextDecoder().decode(new Uint8Array(taken)),
  };
  return result;
}

function streamOn(to: ByteSink, { isPrompt = false, queue = new WriteQueue() } = {}) {
  const gone = Promise.withResolvers<void>();
  const stream = outputStream(to, {
    queue,
    isPrompt,
    isBlocking: false,
    readerGone: () => gone.promise,
  });
  const write = (text: string) => stream.write(new TextEncoder().encode(text));
  return { stream, write, gone };
}

for (const isPrompt of [true, false]) {
  const kind = isPrompt ? "terminal or a file" : "pipe";

  Deno.test(`a ${kind} that takes a few bytes at a time gets everything`, async () => {
    const to = sink();
    const { stream, write } = streamOn(to, { isPrompt });
    write("größer 日本");
    write("");
    write("!");
    await stream.flushed(never);
    assertEquals(to.text(), "größer 日本!");
  });

  Deno.test(`a non-blocking ${kind} that is full is written again, and nothing is lost`, async () => {
    const full = () => new Deno.errors.WouldBlock();
    const to = sink(full(), full(), new Deno.errors.Interrupted());
    const { stream, write } = streamOn(to, { isPrompt });
    write("first\n");
    write(`second\n${"x".repeat(5000)}\n`);
    await stream.flushed(never);
    assertEquals([to.text().slice(0, 14), stream.end], ["first\nsecond\nx", undefined]);
    assertEquals(to.text().length, 5014);
  });

  Deno.test(`what the line buffer of a full ${kind} has taken is not written twice`, async () => {
    // As the line buffer of Deno's streams: it keeps a short piece, and fails to pass it on.
    let kept = "";
    let taken = "";
    let isFull = true;
    const take = (bytes: Uint8Array): number => {
      kept += new TextDecoder().decode(bytes);
      if (isFull) {
        isFull = false;
        throw new Deno.errors.WouldBlock();
      }
      [taken, kept] = [taken + kept, ""];
      return bytes.length;
    };
    const buffered = { writeSync: take, write: async (bytes: Uint8Array) => await take(bytes) };
    const { stream, write } = streamOn(buffered, { isPrompt });
    write("first ");
    write("second");
    await stream.flushed(never);
    assertEquals(taken, "first second");
  });

  Deno.test(`a ${kind} whose reader went away takes nothing more, without an error`, async () => {
    const to = sink(new Deno.errors.BrokenPipe());
    const { stream, write } = streamOn(to, { isPrompt });
    write("a");
    await stream.flushed(never);
    write("b");
    await stream.flushed(never);
    assertEquals([to.calls, await stream.ended], [1, { kind: "closed" }]);
  });

  Deno.test(`a ${kind} that fails says why`, async () => {
    const { stream, write } = streamOn(sink(new Error("no space left")), { isPrompt });
    write("a");
    assertEquals(await stream.ended, { kind: "failed", reason: "no space left" });
    assertEquals(stream.end, await stream.ended);
  });
}

Deno.test("streams that share a queue keep the order of their lines", async () => {
  const to = sink();
  const queue = new WriteQueue();
  const out = streamOn(to, { queue });
  const err = streamOn(to, { queue });
  out.write("first ");
  err.write("second ");
  out.write("third");
  await out.stream.flushed(never);
  assertEquals(to.text(), "first second third");
});

Deno.test("a reader that reads no further does not hold up an abort", async () => {
  const stuck = { write: () => new Promise<number>(() => {}), writeSync: () => 0 };
  const { stream, write } = streamOn(stuck);
  write("a");
  const abort = new AbortController();
  const flushed = stream.flushed(abort.signal);
  abort.abort();
  await flushed;
  assertEquals(stream.end, undefined);
});

Deno.test("a watched reader that goes away ends the stream without a write", async () => {
  const { stream, gone } = streamOn(sink());
  stream.watchReader();
  gone.resolve();
  assertEquals(await stream.ended, { kind: "closed" });
});
