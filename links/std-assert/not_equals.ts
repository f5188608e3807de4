import { describe, failure } from "./report/describe.ts";
import { equal } from "./equal.ts";

/** Throws an `AssertionError` when the two values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw failure(
    `Expected actual: ${describe(actual)} not to be: ${describe(expected)}`,
    msg,
  );
}
