import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` when the two values are the same (`Object.is`). */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw failure(
    `Expected "actual" to not be strictly equal to: ${describe(actual)}`,
    msg,
  );
}
