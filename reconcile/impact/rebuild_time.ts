/** Events that are read and folded in a second, where the machine is a small one. */
const EVENTS_PER_SECOND = 50_000;
/** Keys that are written in a second. */
const KEYS_PER_SECOND = 10_000;

/** About how long it takes to make a projection again, in milliseconds. */
export function rebuildTimeMs(events: number, keys: number): number {
  return Math.ceil(1000 * (events / EVENTS_PER_SECOND + keys / KEYS_PER_SECOND));
}
