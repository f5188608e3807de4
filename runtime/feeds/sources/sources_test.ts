import { assert, assertEquals, assertRejects } from "@std/assert";
import { err, type Result } from "../../../contracts/result.ts";
import type { FeedYield } from "../feed_yield.ts";
import { SlowSubscriber } from "../slow_subscriber.ts";
import { conflate } from "./conflate.ts";
import { sharedFeed, type SharedFeedOptions } from "./shared_feed.ts";

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const request = { input: "a", client: {}, deps: undefined, cursor: undefined };

/** The next item. */
async function take<T, R>(items: AsyncIterator<FeedYield<T>, R>): Promise<FeedYield<T>> {
  const next = await items.next();
  if (next.done) throw new Error("it has ended");
  return next.value;
}

async function* counting(until: number) {
  for (let n = 1; n <= until; n++) yield { value: n, key: n % 2 === 0 ? "even" : "odd" };
}

/** A source that gives what it is told to. */
class Source {
  readonly opened: unknown[] = [];
  readonly signals: AbortSignal[] = [];
  #give: ((item: FeedYield<number> | Result<void, string> | Error) => void) | undefined;

  /** Gives an item, or ends. */
  async give(item: FeedYield<number> | Result<void, string> | Error): Promise<void> {
    this.#give?.(item);
    await tick();
  }

  /** A feed that shares it. */
  shared(options?: SharedFeedOptions) {
    return sharedFeed(
      (at: { input: unknown; client: object; deps: undefined; signal: AbortSignal }) => {
        this.opened.push(at.input);
        this.signals.push(at.signal);
        return this.#items(at.signal);
      },
      options,
    );
  }

  async *#items(signal: AbortSignal) {
    const waiting: (FeedYield<number> | Result<void, string> | Error)[] = [];
    let wake = () => {};
    this.#give = (item) => {
      waiting.push(item);
      wake();
    };
    signal.addEventListener("abort", () => wake());
    while (!signal.aborted) {
      const item = waiting.shift();
      if (item instanceof Error) throw item;
      if (item !== undefined && "isOk" in item) return item;
      if (item !== undefined) yield item;
      else await new Promise<void>((resolve) => wake = resolve);
    }
  }
}

Deno.test("conflate keeps the last value of each key while its subscriber is slow, and what the source returns", async () => {
  const items = conflate(counting(1000))[Symbol.asyncIterator]();
  const first = await items.next();
  assertEquals(first.value, { value: 1, key: "odd" });
  for (let n = 0; n < 10; n++) await tick();
  assertEquals((await items.next()).value, { value: 999, key: "odd" });
  assertEquals((await items.next()).value, { value: 1000, key: "even" });
  assertEquals(await items.next(), { done: true, value: undefined });
});

Deno.test("conflate drops what a reset makes old, and keeps the reset", async () => {
  async function* source() {
    yield { value: 1, key: "a" };
    yield { value: 2, key: "b", reset: true };
    yield { value: 3, key: "b" };
    return err("over");
  }
  const items = conflate(source())[Symbol.asyncIterator]();
  await tick();
  assertEquals((await items.next()).value, { value: 3, key: "b", reset: true });
  assertEquals(await items.next(), { done: true, value: err("over") });
});

Deno.test("conflate lets others work although its source never waits, and ends it when its subscriber leaves", async () => {
  let isOver = false;
  async function* endless() {
    try {
      for (let n = 0;; n++) yield { value: n };
    } finally {
      isOver = true;
    }
  }
  const items = conflate(endless())[Symbol.asyncIterator]();
  await items.next();
  await tick();
  await items.return?.();
  while (!isOver) await tick();
});

Deno.test("a shared source is opened once for each input, and closed with its last subscriber", async () => {
  const source = new Source();
  const feed = source.shared();
  const one = feed(request)[Symbol.asyncIterator]();
  const two = feed({ ...request })[Symbol.asyncIterator]();
  const other = feed({ ...request, input: "b" })[Symbol.asyncIterator]();
  assertEquals(source.opened, ["a", "b"]);
  await other.return?.();
  assert(source.signals[1]?.aborted);
  await one.return?.();
  assertEquals(source.signals[0]?.aborted, false);
  await two.return?.();
  assert(source.signals[0]?.aborted);
  feed(request)[Symbol.asyncIterator]();
  assertEquals(source.opened, ["a", "b", "a"]);
});

Deno.test("who comes later gets the last value of each key where that is wished, and learns of what it missed", async () => {
  for (const last of [true, false]) {
    const source = new Source();
    const feed = source.shared({ last });
    const first = feed(request)[Symbol.asyncIterator]();
    for (const [n, key] of [[1, "a"], [2, "b"], [3, "a"]] as const) {
      await source.give({ value: n, key });
      assertEquals((await take(first)).value, n);
    }
    const late = feed({ ...request, cursor: "1" })[Symbol.asyncIterator]();
    await source.give({ value: 4, key: "c" });
    const values: FeedYield<number>[] = [];
    for (let n = 0; n < (last ? 3 : 1); n++) values.push(await take(late));
    assertEquals(values.map((item) => item.value), last ? [2, 3, 4] : [4]);
    assertEquals(
      values.map((item) => item.reset !== undefined),
      last ? [true, false, false] : [true],
    );
  }
});

Deno.test("a slow subscriber of a shared source is ended or conflated, and the others get everything", async () => {
  for (const whenSlow of ["end", "conflate"] as const) {
    const source = new Source();
    const feed = source.shared({ whenSlow });
    const slow = feed(request)[Symbol.asyncIterator]();
    const fast = feed(request)[Symbol.asyncIterator]();
    for (let n = 1; n <= 1100; n++) {
      source.give({ value: n, key: "k" });
      assertEquals((await take(fast)).value, n);
    }
    if (whenSlow === "conflate") assertEquals((await take(slow)).value, 1100);
    else {
      for (let n = 1; n <= 1024; n++) assertEquals((await take(slow)).value, n);
      await assertRejects(() => slow.next(), SlowSubscriber);
      // Nobody is left when the other one is too slow as well.
      for (let n = 1; n <= 1100; n++) await source.give({ value: n });
      assert(source.signals[0]?.aborted);
    }
  }
});

Deno.test("all subscribers get the end of a shared source, and what it throws; the next one opens it again", async () => {
  for (const end of [err("over"), new Error("broken")]) {
    const source = new Source();
    const feed = source.shared();
    const subscribers = [feed(request), feed(request)].map((each) => each[Symbol.asyncIterator]());
    await source.give(end);
    for (const subscriber of subscribers) {
      if (end instanceof Error) await assertRejects(() => subscriber.next(), Error, "broken");
      else assertEquals(await subscriber.next(), { done: true, value: end });
    }
    feed(request)[Symbol.asyncIterator]();
    // The one of before is gone for good.
    await subscribers[0]?.return?.();
    feed(request)[Symbol.asyncIterator]();
    assertEquals(source.opened.length, 2);
  }
});
