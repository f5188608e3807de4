import { assertEquals } from "@std/assert";
import { FrameReader } from "./frame_reader.ts";
import type { Wire } from "./wire.ts";

const LARGE = 100_000;

/** A wire over which something comes, so many bytes at a time. */
function wireOf(sent: Uint8Array, atOnce: number): Wire {
  let at = 0;
  return {
    read: (target) => {
      if (at === sent.length) return Promise.resolve(null);
      const part = sent.subarray(at, at + Math.min(atOnce, target.length));
      target.set(part);
      at += part.length;
      return Promise.resolve(part.length);
    },
    write: () => Promise.reject(new Error("nothing is sent")),
    close: () => {},
  };
}

async function framesOf(sent: Uint8Array, atOnce: number): Promise<readonly Uint8Array[]> {
  const reader = new FrameReader(wireOf(sent, atOnce));
  const frames: Uint8Array[] = [];
  for (let frame = await reader.read(); frame !== null; frame = await reader.read()) {
    frames.push(frame);
  }
  return frames;
}

async function bytesOf(frames: readonly Uint8Array[]): Promise<Uint8Array> {
  return await new Blob(frames.map((frame) => frame.slice())).bytes();
}

const large = "1\r\n2\r\n".repeat(LARGE / 6) + "MSG ";
const sent = new TextEncoder().encode(
  `INFO {"max_payload":1}\r\nPING\r\nMSG a 1 3\r\nM\r\n\r\nMSG b.7 12 ${large.length}\r\n${large}\r\n` +
    `+OK\r\nHMSG c 1 _R.99 12 ${
      large.length + 12
    }\r\nNATS/1.0\r\n\r\n${large}\r\nMSG d 1 2\r\nhi\r\nPONG\r\n`,
);

Deno.test("a large message is in one frame, and what came before it is not kept back", async () => {
  for (const atOnce of [1000, 4096, 40_000, Infinity]) {
    const frames = await framesOf(sent, atOnce);
    assertEquals(await bytesOf(frames), sent, `read ${atOnce} at a time`);
    const starts = frames.filter(({ length }) => length > LARGE)
      .map((frame) => new TextDecoder().decode(frame.subarray(0, 5)));
    assertEquals(starts.length, 2, `read ${atOnce} at a time`);
    assertEquals(starts[0], "MSG b", `read ${atOnce} at a time`);
  }
});

Deno.test("what is read in tiny pieces, and what breaks off in a large message, is what was sent", async () => {
  for (const atOnce of [1, 7, 40_000]) {
    for (const bytes of [sent, sent.subarray(0, 70_000)]) {
      assertEquals(await bytesOf(await framesOf(bytes, atOnce)), bytes, `read ${atOnce} at a time`);
    }
  }
});
