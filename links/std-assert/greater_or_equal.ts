import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` unless `actual` is greater than or equal to `expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (actual >= expected) return;
  throw failure(`Expect ${describe(actual)} >= ${describe(expected)}`, msg);
}
