import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` when the text matches the pattern. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) return;
  throw failure(
    `Expected actual: ${describe(actual)} to not match: ${expected}`,
    msg,
  );
}
