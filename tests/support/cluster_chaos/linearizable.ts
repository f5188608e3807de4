import { fits, type KeyOperation, valueAfter } from "./history.ts";

/** How much of a history is shown around a violation, in milliseconds to both sides. */
const AROUND_MS = 2000;

/** A key whose operations cannot have happened one after the other as their callers were told. */
export interface Violation {
  readonly key: string;
  readonly why: string;
  /** What else was done to the key around that moment. */
  readonly around: readonly KeyOperation[];
}

/**
 * The keys for which there is no order of their operations, each at one moment between its beginning and
 * its end, in which everything is as callers were told: what was done has happened, what was refused has not, and
 * what is unknown may have happened at any moment after its beginning, or never.
 */
export function violations(history: readonly KeyOperation[]): readonly Violation[] {
  const keys = Map.groupBy(history, ({ key }) => key);
  return [...keys].flatMap(([key, operations]) => {
    const found = violationOf(key, operations);
    return found === undefined ? [] : [found];
  });
}

function violationOf(key: string, all: readonly KeyOperation[]): Violation | undefined {
  const written = new Map<string, KeyOperation>();
  for (const operation of all) {
    if (operation.action.kind === "read") continue;
    const value = valueAfter(operation.action);
    if (value !== undefined) written.set(value, operation);
  }
  const seen = new Map<string, number>();
  for (const { action, ended, outcome } of all) {
    // Who has seen a value that was written in place of another has seen that one as well.
    for (let value = observed(action, outcome); value !== undefined;) {
      const by = written.get(value);
      if (by === undefined || by.outcome === "refused") {
        const why = `${value} was seen, which ${by === undefined ? "nobody wrote" : "was refused"}`;
        return { key, why, around: by === undefined ? [] : [by] };
      }
      if (ended >= (seen.get(value) ?? Infinity)) break;
      seen.set(value, ended);
      value = by.action.kind === "update" ? by.action.expected : undefined;
    }
  }
  const certain: Placed[] = [];
  const possible: KeyOperation[] = [];
  for (const operation of all) {
    const { action, outcome, ended } = operation;
    if (outcome === "refused") continue;
    const value = valueAfter(action);
    const until = outcome === "done" ? ended : value === undefined ? undefined : seen.get(value);
    if (until !== undefined) certain.push({ operation, until });
    else if (value === undefined) {
      possible.push(operation, ...unseenBefore(operation, written, seen));
    }
  }
  certain.sort((a, b) => a.operation.began - b.operation.began);
  const stuck = withoutPlace(certain, [...new Set(possible)]);
  if (stuck === undefined) return undefined;
  const around = all.filter(({ began, ended }) => {
    return ended > stuck.began - AROUND_MS && began < stuck.ended + AROUND_MS;
  });
  return { key, why: `no order explains ${JSON.stringify(stuck)}`, around };
}

/**
 * The writes without which a deletion cannot have happened, of which that is not known either. All others that
 * nobody has seen can be left out of any order.
 */
function unseenBefore(
  { action }: KeyOperation,
  written: ReadonlyMap<string, KeyOperation>,
  seen: ReadonlyMap<string, number>,
): readonly KeyOperation[] {
  if (action.kind !== "delete" && action.kind !== "update") return [];
  const by = written.get(action.expected);
  if (by === undefined || by.outcome !== "unknown" || seen.has(action.expected)) return [];
  return [by, ...unseenBefore(by, written, seen)];
}

/** What an operation says about the value that it found. */
function observed(action: KeyOperation["action"], outcome: string): string | undefined {
  if (outcome !== "done") return undefined;
  if (action.kind === "read") return action.value;
  return action.kind === "update" || action.kind === "delete" ? action.expected : undefined;
}

/** An operation that has happened, and when at the latest. */
interface Placed {
  readonly operation: KeyOperation;
  readonly until: number;
}

/**
 * Undefined when there is an order for all operations that are certain, with some of those that are possible; else
 * one that stands in the way of the longest order.
 */
function withoutPlace(
  certain: readonly Placed[],
  possible: readonly KeyOperation[],
): KeyOperation | undefined {
  const tried = new Set<string>();
  let furthest = -1;
  let stuck: KeyOperation | undefined;
  // Depth first over what may come next; a place that was tried before leads nowhere.
  const stack: Place[] = [{ first: 0, beyond: [], added: [], current: undefined }];
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    const { open, over } = openAt(certain, place);
    const last = open.at(-1);
    if (last === undefined) return undefined;
    const count = place.first + place.beyond.length;
    if (count > furthest) {
      furthest = count;
      stuck = open.find(({ until }) => until === over)?.operation;
    }
    const following = open.filter(({ operation }) => fits(operation.action, place.current))
      .map(({ at, operation }) => after(place, at, operation));
    possible.forEach(({ began, action }, at) => {
      if (began > over || place.added.includes(at) || !fits(action, place.current)) return;
      following.push({ ...place, added: [...place.added, at], current: valueAfter(action) });
    });
    for (const next of following.toReversed()) {
      const name = `${next.first} ${next.beyond} ${next.added} ${next.current}`;
      if (tried.has(name)) continue;
      tried.add(name);
      stack.push(next);
    }
  }
  return stuck;
}

/** How far an order has come. */
interface Place {
  /** All before this index have happened. */
  readonly first: number;
  /** Those after it that have happened, ascending. */
  readonly beyond: readonly number[];
  /** Those that have happened of which that was not known. */
  readonly added: readonly number[];
  readonly current: string | undefined;
}

interface Open extends Placed {
  readonly at: number;
}

/** What can come next: what has begun before the first of the rest must be over. */
function openAt(certain: readonly Placed[], { first, beyond }: Place) {
  const open: Open[] = [];
  let over = Infinity;
  for (let at = first; at < certain.length; at++) {
    const placed = certain[at];
    if (placed === undefined || placed.operation.began > over) break;
    if (beyond.includes(at)) continue;
    open.push({ ...placed, at });
    over = Math.min(over, placed.until);
  }
  return { open: open.filter(({ operation }) => operation.began <= over), over };
}

function after(place: Place, at: number, { action }: KeyOperation): Place {
  let { first } = place;
  const beyond = [...place.beyond, at].sort((a, b) => a - b);
  while (beyond[0] === first) {
    beyond.shift();
    first++;
  }
  return { ...place, first, beyond, current: valueAfter(action) };
}
