import type { Result } from "../../contracts/result.ts";
import type { BucketFailure } from "./buckets.ts";
import type { FoundLayout } from "./stream_layout.ts";

/** A stream of Trellis or of a deployment, and the servers that keep it. */
export interface KeptStream {
  readonly stream: string;
  /** Undefined for one of Trellis' own. */
  readonly deployment?: string | undefined;
  /** How it is kept; undefined where no server answers for it. */
  readonly found?: FoundLayout;
  /** Whether a server leads it: without one it takes and gives nothing. */
  readonly isLed: boolean;
  /** Names of servers that keep it and are not up to date, or are not there. */
  readonly behind: readonly string[];
}

/** Lists the streams of a cluster. Changes nothing. */
export interface KeptStreams {
  /** By name; nothing on a server that belongs to no cluster. Takes seconds where servers are missing. */
  kept(): Promise<Result<readonly KeptStream[], BucketFailure>>;
}

/** What is wrong with how streams are kept. */
export interface KeptProblems {
  /** Streams that nobody leads. */
  readonly unled: readonly string[];
  /** Of the others, those that fewer servers have than should. */
  readonly behind: readonly string[];
  /** Servers that are not up to date, or not there, as far as streams tell. */
  readonly servers: readonly string[];
}

/** Sums up what is wrong; undefined where nothing is. */
export function keptProblems(streams: readonly KeptStream[]): KeptProblems | undefined {
  const unled = streams.filter(({ isLed }) => !isLed).map(({ stream }) => stream);
  const behind = streams.filter((one) => one.isLed && one.behind.length > 0);
  if (unled.length + behind.length === 0) return undefined;
  return {
    unled,
    behind: behind.map(({ stream }) => stream),
    servers: [...new Set(streams.flatMap((one) => one.isLed ? one.behind : []))].sort(),
  };
}

/** Streams by how many replicas they have, as `{ 1: 2, 3: 14 }`. */
export function countByReplicas(
  streams: readonly KeptStream[],
): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { found } of streams) {
    if (found !== undefined) counts[found.replicas] = (counts[found.replicas] ?? 0) + 1;
  }
  return counts;
}
