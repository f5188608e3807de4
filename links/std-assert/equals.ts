import { failure } from "./report/describe.ts";
import { difference } from "./report/difference.ts";
import { equal } from "./equal.ts";

/** Throws an `AssertionError`, which shows the difference, unless the two values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw failure("Values are not equal", msg, difference(actual, expected));
}
