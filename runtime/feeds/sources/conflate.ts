import type { FeedSource } from "../feed_yield.ts";
import { leaveSource } from "../leave_source.ts";
import { pullAll } from "./pull_all.ts";
import { LastOfEach } from "./yield_buffer.ts";
import { YieldQueue } from "./yield_queue.ts";

/**
 * For values of which only the last matters: takes all that a source gives at once, and while the subscriber is slow
 * keeps the last value for each `key`; values without a key count as one.
 *
 * ```ts
 * import { conflate } from "@qlever-llc/trellis";
 *
 * async function* prices() {
 *   for (const [key, value] of [["gold", 1], ["iron", 2], ["gold", 3]] as const) yield { key, value };
 * }
 * for await (const { key, value } of conflate(prices())) console.log(key, value);
 * ```
 */
export function conflate<T, E = never>(
  source: FeedSource<T, E>,
): FeedSource<T, E> {
  return {
    [Symbol.asyncIterator]() {
      const items = source[Symbol.asyncIterator]();
      const queue = new YieldQueue<T, E>(new LastOfEach<T>(), () => leaveSource(items));
      pullAll(items, (item) => queue.push(item)).then(
        (result) => queue.end({ result }),
        (cause) => queue.end({ cause }),
      );
      return queue[Symbol.asyncIterator]();
    },
  };
}
