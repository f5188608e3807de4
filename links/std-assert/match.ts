import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` unless the text matches the pattern. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw failure(
    `Expected actual: ${describe(actual)} to match: ${expected}`,
    msg,
  );
}
