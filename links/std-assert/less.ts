import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` unless `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw failure(`Expect ${describe(actual)} < ${describe(expected)}`, msg);
}
