import type { LiveEvent, LiveRequest } from "./live_item.ts";

/** A request or an event in its trace. */
export interface TracePart {
  readonly item: LiveRequest | LiveEvent;
  /** How many of what is shown it was made for, one for another. */
  readonly depth: number;
  /** Milliseconds from the beginning of the trace to its own. */
  readonly after: number;
  /** How long it took; an event takes no time. */
  readonly ms: number;
}

/** A trace, in the order in which people read it: what was made for something stands below it. */
export interface Waterfall {
  readonly parts: readonly TracePart[];
  /** Milliseconds from the first beginning to the last end. */
  readonly ms: number;
}

/** Deeper is shown as deep as this: what is reported may claim anything. */
const DEEPEST = 8;

/** Orders what belongs to a trace. Times are those of the services, whose clocks may differ. */
export function waterfallOf(items: readonly (LiveRequest | LiveEvent)[]): Waterfall {
  const sorted = items.toSorted((a, b) => a.at - b.at);
  const spans = new Set(sorted.flatMap((item) => item.kind === "request" ? item.span : []));
  const isRoot = ({ parent }: LiveRequest | LiveEvent) =>
    parent === undefined || !spans.has(parent);
  const begin = sorted[0]?.at ?? 0;
  const parts: TracePart[] = [];
  const placed = new Set<LiveRequest | LiveEvent>();
  const place = (item: LiveRequest | LiveEvent, depth: number): void => {
    // Somebody may report that two were made for each other.
    if (placed.has(item)) return;
    placed.add(item);
    const ms = item.kind === "request" ? item.ms : 0;
    parts.push({ item, depth: Math.min(depth, DEEPEST), after: item.at - begin, ms });
    if (item.kind !== "request" || depth > sorted.length) return;
    for (const other of sorted) if (other.parent === item.span) place(other, depth + 1);
  };
  for (const item of sorted) if (isRoot(item)) place(item, 0);
  for (const item of sorted) place(item, 0);
  return { parts, ms: Math.max(0, ...parts.map(({ after, ms }) => after + ms)) };
}
