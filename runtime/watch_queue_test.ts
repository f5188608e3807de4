import { assertEquals, assertRejects } from "@std/assert";
import { WatchQueue } from "./watch_queue.ts";

Deno.test("items come in order, and a mark only after what was before it", async () => {
  const queue = new WatchQueue<number>(() => {});
  const seen: (number | string)[] = [];
  queue.push(1);
  queue.mark(() => seen.push("mark"));
  queue.push(2);
  const items = queue[Symbol.asyncIterator]();
  seen.push((await items.next()).value ?? "end");
  assertEquals(seen, [1]);
  seen.push((await items.next()).value ?? "end");
  assertEquals(seen, [1, "mark", 2]);
});

Deno.test("many items go through without being lost", async () => {
  const queue = new WatchQueue<number>(() => {});
  for (let i = 0; i < 5000; i++) queue.push(i);
  queue.end(new Error("over"));
  const taken: number[] = [];
  await assertRejects(
    async () => {
      for await (const item of queue) taken.push(item);
    },
    Error,
    "over",
  );
  assertEquals(taken, Array.from({ length: 5000 }, (_, i) => i));
});

Deno.test("an end without failure drops what is left and is reported once", async () => {
  let ends = 0;
  const queue = new WatchQueue<number>(() => ends++);
  const waiting = queue[Symbol.asyncIterator]().next();
  queue.end();
  queue.end();
  queue.push(1);
  assertEquals([await waiting, ends, queue.ended], [{ done: true, value: undefined }, 1, true]);
});
