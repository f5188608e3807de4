import { LONGEST_TIMER_MS } from "./deadline_sweep.ts";
import type { Line } from "./line.ts";
import { unrefTimer } from "./unref_timer.ts";

/**
 * Resolves to true when the server can be reached, and to false when the deadline passes first, the signal
 * aborts, or the line is over for good.
 *
 * @param deadline by `performance.now()`
 */
export function untilUp(line: Line, deadline: number, signal?: AbortSignal): Promise<boolean> {
  if (line.isClosed() || signal?.aborted) return Promise.resolve(false);
  if (line.up) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (up: boolean) => {
      clearTimeout(timer);
      unwatch();
      signal?.removeEventListener("abort", onAbort);
      resolve(up);
    };
    const onAbort = () => end(false);
    const left = Math.max(0, deadline - performance.now());
    const timer = setTimeout(() => end(false), Math.min(left, LONGEST_TIMER_MS));
    unrefTimer(timer);
    const unwatch = line.watch(() => {
      if (line.up || line.isClosed()) end(line.up);
    });
    signal?.addEventListener("abort", onAbort);
  });
}
