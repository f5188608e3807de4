import { median } from "../measure/rounds.ts";

/** Bytes of a small file. */
export const SMALL = 1 << 10;

/** How many are sent or fetched in one turn, one after the other. */
const FILES = 40;

/** The middle of the times, in milliseconds, that one small file takes. */
export function timeOf(work: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const times: number[] = [];
    for (let i = 0; i < FILES; i++) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return median(times);
  };
}
