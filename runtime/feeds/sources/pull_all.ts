import type { FeedYield } from "../feed_yield.ts";

/** Items that are taken in a row before everything else gets its turn. */
const IN_A_ROW = 256;

/** Takes all that a source gives as soon as it does, also when that is always. Answers what it returns. */
export async function pullAll<T, R>(
  items: AsyncIterator<FeedYield<T>, R>,
  take: (item: FeedYield<T>) => void,
): Promise<R> {
  for (let taken = 1;; taken++) {
    const next = await items.next();
    if (next.done) return next.value;
    take(next.value);
    if (taken % IN_A_ROW === 0) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
}
