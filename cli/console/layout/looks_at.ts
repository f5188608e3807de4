import { setInterval } from "node:timers/promises";

/** Looks at once, and then again and again; for `liveRoute`, where nobody says that something has changed. */
export function looksAt(everyMs: number): (signal: AbortSignal) => AsyncGenerator<unknown> {
  return async function* (signal) {
    yield undefined;
    try {
      for await (const _ of setInterval(everyMs, undefined, { signal })) yield undefined;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
}
