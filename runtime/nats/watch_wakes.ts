import { unrefTimer } from "./unref_timer.ts";

/** How often the clock is looked at, in milliseconds. */
const TICK_MS = 2000;
/** A timer that is late by more than this slept: the machine, the process, or the browser's page. */
const ASLEEP_MS = 5000;

/** What tells of a sleep; the real ones unless given. */
export interface WakeSources {
  /** Milliseconds since 1970: the clock of timers stands still while a machine sleeps. */
  now(): number;
  /** Calls `tick` every so many milliseconds, and does not keep the process alive; what it returns ends that. */
  every(ms: number, tick: () => void): () => void;
}

const REAL: WakeSources = {
  now: () => Date.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    unrefTimer(timer);
    return () => clearInterval(timer);
  },
};

/**
 * Calls `wake` when the machine or the process went on after a sleep, and when a browser says that it is
 * online again: whatever was connected before may be gone, and no timer was on time.
 *
 * @returns ends the watch
 */
export function watchWakes(wake: () => void, sources: WakeSources = REAL): () => void {
  let last = sources.now();
  const look = () => {
    const before = last;
    last = sources.now();
    if (last - before > TICK_MS + ASLEEP_MS && !isHidden()) wake();
  };
  const stop = sources.every(TICK_MS, look);
  const ended = new AbortController();
  const { signal } = ended;
  globalThis.addEventListener?.("online", wake, { signal });
  // The timers of a page that nobody sees run once a minute: it is looked at when it is seen again.
  documentHere()?.addEventListener("visibilitychange", look, { signal });
  return () => {
    ended.abort();
    stop();
  };
}

/** The part that is used of a browser's document. */
interface PageDocument extends EventTarget {
  readonly visibilityState?: unknown;
}

function documentHere(): PageDocument | undefined {
  const document: unknown = Reflect.get(globalThis, "document");
  return document instanceof EventTarget ? document : undefined;
}

function isHidden(): boolean {
  return documentHere()?.visibilityState === "hidden";
}
