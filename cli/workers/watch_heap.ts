import { getHeapStatistics } from "node:v8";

const LOOK_MS = 500;

/**
 * Calls back once this worker has run out of memory. Deno then stops the code that ran, whose caller
 * waits in vain, raises the limit, and lets the worker live: nothing but the limit shows it.
 */
export function watchHeap(exceeded: () => void): void {
  const limit = getHeapStatistics().heap_size_limit;
  const timer = setInterval(() => {
    if (getHeapStatistics().heap_size_limit === limit) return;
    clearInterval(timer);
    exceeded();
  }, LOOK_MS);
}
