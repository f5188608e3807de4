import { leaveSource } from "../leave_source.ts";
import type { FeedYield } from "../feed_yield.ts";

/** Items that are taken in a row before everything else gets its turn. */
const IN_A_ROW = 256;

/** Takes all that a source gives as soon as it does, also when that is always. Answers what it returns. */
export async function pullAll<T, R>(
  items: AsyncIterator<FeedYield<T>, R>,
  take: (item: FeedYield<T>) => void,
): Promise<R> {
  try {
    for (let taken = 1;; taken++) {
      const next = await items.next();
      if (next.done) return next.value;
      take(next.value);
      if (taken % IN_A_ROW === 0) await new Promise<void>((resolve) => setTimeout(resolve, 0));
    }
  } catch (cause) {
    // It may be what was given that is wrong, and then it would wait for the next question for ever.
    leaveSource(items);
    throw cause;
  }
}
