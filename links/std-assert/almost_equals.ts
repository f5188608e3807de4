import { failure } from "./report/describe.ts";

/**
 * Throws an `AssertionError` unless the numbers differ by at most `tolerance`, by default a ten-millionth of
 * `expected` (an absolute 1e-7 for an expected 0).
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ??
    (Math.abs(expected) > 0 ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  throw failure(
    `Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" is greater than "${allowed}"`,
    msg,
  );
}
