import { isRecord, readJson } from "../json/json.ts";

/** Somebody watches: who serves something reports it, until the wish is over. */
export interface Wish {
  readonly format: "trellis.watch.v1";
  /** Who wishes: a later wish of the same watcher takes the place of an earlier one. */
  readonly watcher: string;
  /** The deployment that is watched; all of them when it is missing. */
  readonly deployment?: string;
  /** Requests a second that each instance may report at most. */
  readonly perSecond: number;
  /** From 0 to 1: which part of all traces is wanted, so that all services report the same ones. */
  readonly share: number;
  /** Milliseconds that it holds. */
  readonly holdMs: number;
}

/** What a wish may ask for at most, whoever wishes it: reporting must stay cheaper than serving. */
export const WISH_LIMITS = { perSecond: 500, holdMs: 15_000, bytes: 1024 } as const;

/** Reads a wish; undefined when it is none. What asks for too much gets the most that there is. */
export function parseWish(text: string): Wish | undefined {
  if (text.length > WISH_LIMITS.bytes) return undefined;
  const value = readJson(text);
  if (!isRecord(value) || value.format !== "trellis.watch.v1") return undefined;
  const { watcher, deployment, perSecond, share, holdMs } = value;
  const isWish = typeof watcher === "string" && /^[\w-]{1,64}$/.test(watcher) &&
    isCount(perSecond) && isCount(holdMs) && typeof share === "number" && share >= 0 &&
    (deployment === undefined || typeof deployment === "string");
  if (!isWish) return undefined;
  return {
    format: "trellis.watch.v1",
    watcher,
    ...(deployment === undefined ? {} : { deployment }),
    perSecond: Math.min(perSecond, WISH_LIMITS.perSecond),
    share: Math.min(share, 1),
    holdMs: Math.min(holdMs, WISH_LIMITS.holdMs),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 1;
}
