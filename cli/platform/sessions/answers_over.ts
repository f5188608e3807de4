import { setTimeout as delay } from "node:timers/promises";

/** A server waits two seconds for an answer, and a little longer when it is busy. */
const ANSWERS_OVER_MS = 2500;

/** Resolves when the server waits for no answer any more that it asked for before; at once when it ends. */
export async function answersOver(ending: AbortSignal): Promise<void> {
  await delay(ANSWERS_OVER_MS, undefined, { signal: ending }).catch(() => {});
}
