import { describe, failure } from "./report/describe.ts";
import { difference } from "./report/difference.ts";

/** Throws an `AssertionError` unless the two values are the same (`Object.is`). */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (describe(actual) === describe(expected)) {
    throw failure(
      "Values have the same structure but are not reference-equal",
      msg,
      `\n\n${describe(actual, false)}\n`,
    );
  }
  throw failure(
    "Values are not strictly equal",
    msg,
    difference(actual, expected),
  );
}
