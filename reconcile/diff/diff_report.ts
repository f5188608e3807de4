import { isRecord, type JsonValue } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { changeCatalogue } from "../changes/catalogue.ts";
import type { Change } from "../changes/change.ts";
import type { ChangeCode } from "../changes/change_code.ts";
import type { ByKey } from "../needs/need_types.ts";

/** What is known of one change beyond its code and place. */
export interface ChangeDetails {
  /** What was there; a change with `after` alone adds something. */
  readonly before?: JsonValue | undefined;
  /** What is asked for; a change with `before` alone removes something. */
  readonly after?: JsonValue | undefined;
  /** Given when it is neither. */
  readonly op?: Change["op"];
  /** Instead of the reason that the catalogue gives. */
  readonly reason?: string;
  readonly example?: JsonValue | undefined;
  /** Kept for dangerous changes only: a safe one affects no deployment. */
  readonly affects?: readonly string[];
}

/** Takes one change after the other. */
export type Report = (code: ChangeCode, path: string, details?: ChangeDetails) => void;

/** Makes a change; severity and, unless a better one is known, reason are those of its code. */
export function makeChange(code: ChangeCode, path: string, details: ChangeDetails): Change {
  const { before, after, example, affects = [] } = details;
  const entry = changeCatalogue[code];
  const change: { -readonly [Member in keyof Change]: Change[Member] } = {
    code,
    path,
    op: details.op ?? operation(before, after),
    severity: entry.severity,
    reason: details.reason ?? entry.reason,
  };
  // Absent members stay absent: a plan is compared and stored as JSON.
  if (before !== undefined) change.before = before;
  if (after !== undefined) change.after = after;
  if (example !== undefined) change.example = example;
  if (entry.severity === "dangerous" && affects.length > 0) change.affects = affects;
  return change;
}

function operation(before: unknown, after: unknown): Change["op"] {
  if ((before === undefined) === (after === undefined)) return "change";
  return before === undefined ? "add" : "remove";
}

/** What is done with the members of two maps. Members that are the same are left out. */
export interface MapReport<V> {
  added(path: string, to: V, key: string): void;
  removed(path: string, from: V, key: string): void;
  changed(path: string, from: V, to: V, key: string): void;
}

/** Compares two maps member by member, by sorted key. An absent map is an empty one. */
export function diffMap<V>(
  before: ByKey<V> | undefined,
  after: ByKey<V> | undefined,
  base: string,
  report: MapReport<V>,
): void {
  for (const key of unionOfKeys(before, after)) {
    const path = appendPointer(base, key);
    const from = getOwn(before, key);
    const to = getOwn(after, key);
    if (from === undefined && to !== undefined) report.added(path, to, key);
    else if (from !== undefined && to === undefined) report.removed(path, from, key);
    else if (from !== undefined && to !== undefined && !same(from, to)) {
      report.changed(path, from, to, key);
    }
  }
}

/** Reports every text that is in one list only. */
export function diffList(
  before: readonly string[],
  after: readonly string[],
  base: string,
  report: { added(path: string, text: string): void; removed(path: string, text: string): void },
): void {
  for (const text of [...new Set([...before, ...after])].sort()) {
    if (!before.includes(text)) report.added(appendPointer(base, text), text);
    else if (!after.includes(text)) report.removed(appendPointer(base, text), text);
  }
}

/** The keys of two maps, sorted. */
export function unionOfKeys(a: object | undefined, b: object | undefined): readonly string[] {
  return [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].sort();
}

/** A member of a map; names such as `toString` are members only where they were put in. */
export function getOwn<V>(map: ByKey<V> | undefined, key: string): V | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Whether two values have the same canonical form; ends at the first difference. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}
