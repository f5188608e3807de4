import type { JsonValue } from "../json/json.ts";
import { isJsonObject } from "./schema_parts.ts";

/** Names of members that make the validator compare objects in another way. */
const CONFUSING = ["constructor", "valueOf", "toString"];

/**
 * Whether the validator takes two values for equal; undefined for objects with a member such as
 * `valueOf`, which it cannot compare.
 */
export function isSameJson(left: JsonValue, right: JsonValue): boolean | undefined {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return every(left, (item, i) => isSameJson(item, right[i] ?? null));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  if (CONFUSING.some((name) => Object.hasOwn(left, name) || Object.hasOwn(right, name))) {
    return undefined;
  }
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  if (!names.every((name) => Object.hasOwn(right, name))) return false;
  return every(names, (name) => isSameJson(left[name] ?? null, right[name] ?? null));
}

/** Whether a test holds for all; undefined when it fails for none but is undecided for some. */
export function every<T>(
  items: Iterable<T>,
  test: (item: T, index: number) => boolean | undefined,
): boolean | undefined {
  let result: boolean | undefined = true;
  let index = 0;
  for (const item of items) {
    const holds = test(item, index++);
    if (holds === false) return false;
    if (holds === undefined) result = undefined;
  }
  return result;
}

/** Whether a test holds for one at least; undefined when that is undecided. */
export function some<T>(
  items: Iterable<T>,
  test: (item: T, index: number) => boolean | undefined,
): boolean | undefined {
  const none = every(items, (item, index) => negated(test(item, index)));
  return negated(none);
}

/** The opposite; undecided stays undecided. */
export function negated(holds: boolean | undefined): boolean | undefined {
  return holds === undefined ? undefined : !holds;
}
