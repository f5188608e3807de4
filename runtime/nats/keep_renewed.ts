import type { Line } from "./line.ts";
import { unrefTimer } from "./unref_timer.ts";
import { watchWakes } from "./watch_wakes.ts";

/** No line is renewed more often, in milliseconds. */
const SHORTEST_MS = 500;
/** First and longest pause after a renewal that failed, in milliseconds. */
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/**
 * Milliseconds after which a connection is renewed: at a random point of its time, so that those who came
 * together do not come back together, and early enough for several attempts.
 *
 * @param random from 0 to 1
 */
export function renewalDelay(usableMs: number, random: number): number {
  return Math.max(SHORTEST_MS, usableMs * (0.5 + 0.3 * random));
}

/** Milliseconds to the next attempt after so many that failed. */
export function retryDelay(failures: number, random: number): number {
  return Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** failures) * (0.5 + random / 2);
}

/**
 * Renews a line before the server ends its connection, and at once when the server asks for it or after a sleep:
 * timers stood still then, and the link may be gone without a word. When no attempt succeeds in time, the server
 * ends the connection and the client library connects again.
 *
 * @param lifetimeS after so many seconds the server ends a connection; up to one less, because it counts
 * whole ones
 */
export function keepRenewed(line: Line, lifetimeS: number, random = Math.random): void {
  const usableMs = Math.max(0, lifetimeS - 1) * 1000;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let endsAt = 0;
  let failures = 0;
  let isTrying = false;
  const renewIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(attempt, ms);
    unrefTimer(timer);
  };
  const begin = () => {
    endsAt = performance.now() + usableMs;
    failures = 0;
    renewIn(renewalDelay(usableMs, random()));
  };
  const attempt = async () => {
    isTrying = true;
    const isDone = await line.renew() || line.isClosed();
    isTrying = false;
    if (isDone) return;
    const pause = retryDelay(failures++, random());
    if (performance.now() + pause < endsAt) renewIn(pause);
  };
  line.watch(({ kind }) => {
    if (kind === "renewed" || kind === "reconnected") begin();
    if (kind === "server_stopping") renewIn(0);
    if (kind !== "closed") return;
    clearTimeout(timer);
    unwatch();
  });
  const unwatch = watchWakes(() => {
    if (!isTrying) renewIn(0);
  });
  begin();
}
