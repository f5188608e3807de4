import { assertEquals, assertLess } from "@std/assert";
import type { Wire } from "./wire.ts";
import { WriteQueue } from "./write_queue.ts";

Deno.test.sanitizer({ ops: true, resources: true });

/** A wire that takes a few bytes at a time, when it is allowed to. */
class TrickleWire implements Wire {
  readonly written: number[] = [];
  writes = 0;
  active = 0;
  most = 0;
  gate: Promise<void> = Promise.resolve();

  constructor(readonly appetite: number) {}

  read(): Promise<number | null> {
    return Promise.resolve(null);
  }

  async write(source: Uint8Array): Promise<number> {
    this.writes++;
    this.most = Math.max(this.most, ++this.active);
    await this.gate;
    this.active--;
    const taken = source.slice(0, this.appetite);
    for (const byte of taken) this.written.push(byte);
    return taken.length;
  }

  close(): void {}
}

Deno.test("partial writes are continued, one at a time and in order", async () => {
  const wire = new TrickleWire(7);
  const queue = new WriteQueue(wire, () => {});
  const expected: number[] = [];
  for (let i = 0; i < 50; i++) {
    const frame = Uint8Array.from({ length: i % 23 }, (_, at) => (i + at) % 256);
    expected.push(...frame);
    queue.push(frame);
  }
  await queue.drained();
  assertEquals(wire.written, expected);
  assertEquals(wire.most, 1);
});

Deno.test("frames that wait for a write go out together", async () => {
  const wire = new TrickleWire(Infinity);
  const gate = Promise.withResolvers<void>();
  wire.gate = gate.promise;
  const queue = new WriteQueue(wire, () => {});
  for (let i = 0; i < 1000; i++) queue.push(Uint8Array.of(i % 256));
  gate.resolve();
  await queue.drained();
  assertEquals(wire.written.length, 1000);
  assertEquals(wire.writes, 2);
});

Deno.test("frames of every size keep their order between small ones", async () => {
  const wire = new TrickleWire(50_000);
  const queue = new WriteQueue(wire, () => {});
  const sizes = [10, 64 * 1024, 5, 64 * 1024 - 5, 200_000, 0, 1, 1];
  const frames = sizes.map((size, i) => new Uint8Array(size).fill(i));
  for (const frame of frames) queue.push(frame);
  await queue.drained();
  assertEquals(Uint8Array.from(wire.written), Uint8Array.from(frames.flatMap((f) => [...f])));
});

Deno.test("a broken wire is reported once, and everything after it is dropped", async () => {
  const wire = new TrickleWire(1);
  wire.write = () => Promise.reject(new Error("broken"));
  const failures: unknown[] = [];
  const queue = new WriteQueue(wire, (err) => failures.push(err));
  queue.push(Uint8Array.of(1));
  queue.push(Uint8Array.of(2));
  await queue.drained();
  queue.push(Uint8Array.of(3));
  await queue.drained();
  assertEquals(failures.length, 1);
  assertLess(wire.written.length, 1);
});
