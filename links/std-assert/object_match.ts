import { failure } from "./report/describe.ts";
import { difference } from "./report/difference.ts";
import { equal } from "./equal.ts";

type Seen = Map<object, unknown>;

/** Throws an `AssertionError` unless `actual` has, at any depth, everything that `expected` names; it may have more. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const relevant = narrow(actual, expected, new Map());
  if (equal(relevant, expected)) return;
  throw failure("Values are not equal", msg, difference(relevant, expected));
}

/** The part of `actual` that `expected` speaks of. */
function narrow(actual: unknown, expected: unknown, seen: Seen): unknown {
  if (!isContainer(actual) || !isContainer(expected)) return actual;
  if (Array.isArray(actual) !== Array.isArray(expected)) return actual;
  if (seen.has(actual)) return seen.get(actual);
  // The class is that of the expectation, so that an instance can be matched with a literal.
  const out: object = Array.isArray(actual) ? [] : Object.create(Object.getPrototypeOf(expected));
  seen.set(actual, out);
  if (Array.isArray(actual) && Array.isArray(expected)) {
    Reflect.set(out, "length", Math.min(actual.length, expected.length));
  }
  for (const key of Reflect.ownKeys(expected)) {
    if (key === "length" || !(key in actual)) continue;
    const value = narrow(
      Reflect.get(actual, key),
      Reflect.get(expected, key),
      seen,
    );
    Object.defineProperty(out, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return out;
}

/** Plain objects, instances and arrays are matched by parts; dates, maps, bytes and the like as a whole. */
function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Date || value instanceof RegExp ||
    value instanceof Map ||
    value instanceof Set || value instanceof URL || ArrayBuffer.isView(value));
}
