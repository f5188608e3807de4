import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` unless the text contains the other one. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw failure(
    `Expected actual: ${describe(actual)} to contain: ${describe(expected)}`,
    msg,
  );
}
