import { isRecord, type JsonValue } from "../../../contracts/json/json.ts";
import { appendPointer, parsePointer } from "../../../contracts/json/json_pointer.ts";

/** One difference between two JSON values. */
export interface JsonChange {
  /** JSON pointer of the member that it is about; empty for the whole value. */
  readonly path: string;
  /** The member is new, is gone, or has another value. */
  readonly kind: "added" | "removed" | "changed";
  /** What was there; missing for what is new. */
  readonly before?: JsonValue;
  /** What is there now; missing for what is gone. */
  readonly after?: JsonValue;
}

/** What is nested deeper is compared as a whole. */
const MOST_LEVELS = 50;

/**
 * The differences between two JSON values, member by member, in the order of the first value. Of two lists
 * the equal beginnings and ends are left out, so that an item that was put between others is one change.
 */
export function jsonChanges(before: JsonValue, after: JsonValue): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  compare(before, after, "", 0, changes);
  return changes;
}

/** A member as people name it: `address.city`, `items[2]`, `["a.b"]`; empty for the whole value. */
export function memberText(path: string): string {
  return (parsePointer(path) ?? [path]).map((token, at) => {
    if (/^\d+$/.test(token)) return `[${token}]`;
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(token)) return `[${JSON.stringify(token)}]`;
    return at === 0 ? token : `.${token}`;
  }).join("");
}

function compare(
  before: JsonValue,
  after: JsonValue,
  path: string,
  level: number,
  changes: JsonChange[],
): void {
  if (before === after) return;
  const inside = level < MOST_LEVELS;
  if (inside && Array.isArray(before) && Array.isArray(after)) {
    compareLists(before, after, path, level, changes);
  } else if (inside && isObject(before) && isObject(after)) {
    for (const [name, value] of Object.entries(before)) {
      const at = appendPointer(path, name);
      const next = Object.hasOwn(after, name) ? after[name] : undefined;
      if (next === undefined) changes.push({ path: at, kind: "removed", before: value });
      else compare(value, next, at, level + 1, changes);
    }
    for (const [name, value] of Object.entries(after)) {
      if (Object.hasOwn(before, name)) continue;
      changes.push({ path: appendPointer(path, name), kind: "added", after: value });
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    changes.push({ path, kind: "changed", before, after });
  }
}

function compareLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: string,
  level: number,
  changes: JsonChange[],
): void {
  const [old, now] = [before, after].map((list) => list.map((item) => JSON.stringify(item)));
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && old?.[start] === now?.[start]) start++;
  let end = 0;
  while (end < shorter - start && old?.at(-1 - end) === now?.at(-1 - end)) end++;
  const [oldEnd, nowEnd] = [before.length - end, after.length - end];
  for (let at = start; at < Math.max(oldEnd, nowEnd); at++) {
    const place = appendPointer(path, at);
    const was = at < oldEnd ? before[at] : undefined;
    const is = at < nowEnd ? after[at] : undefined;
    if (was === undefined && is !== undefined) {
      changes.push({ path: place, kind: "added", after: is });
    } else if (was !== undefined && is === undefined) {
      changes.push({ path: place, kind: "removed", before: was });
    } else if (was !== undefined && is !== undefined) {
      compare(was, is, place, level + 1, changes);
    }
  }
}

function isObject(value: JsonValue): value is { readonly [name: string]: JsonValue } {
  return isRecord(value);
}
