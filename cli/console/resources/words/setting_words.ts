import type { BucketLimits } from "../../../../reconcile/resources/settings.ts";
import { bytes } from "../../../terminal/bytes.ts";
import { duration } from "../../../terminal/duration.ts";

/** How much is kept of what is written, and for how long: `5 revisions, for 2 d`. */
export function keptText({ history, ttlMs = 0 }: BucketLimits): string {
  const time = ttlMs === 0 ? "until deleted" : `for ${duration(ttlMs)}`;
  if (history === undefined || history === 1) return time;
  return `${history} revisions, ${time}`;
}

/** What is used, and of how much. */
export function usedText(used: number, limit: number | undefined): string {
  return limit === undefined || limit === 0 ? bytes(used) : `${bytes(used)} of ${bytes(limit)}`;
}

/** A limit, where there is one. */
export function limitText(limit: number | undefined): string {
  return limit === undefined || limit === 0 ? "no limit" : `at most ${bytes(limit)}`;
}

/** A count with its noun: `1 key`, `1,200 keys`. */
export function countText(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
