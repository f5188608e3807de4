import { describe, failure } from "./report/describe.ts";
import { equal } from "./equal.ts";

/** Anything with a length and indexes, except texts. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Throws an `AssertionError` unless every expected member is deeply equal to some member of `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const members = Array.from(actual);
  const missing = Array.from(expected).filter((wanted) => !members.some((m) => equal(m, wanted)));
  if (missing.length === 0) return;
  const what = `Expected actual: ${describe(actual)} to include: ${describe(expected)}`;
  throw failure(what, msg, `\nmissing: ${describe(missing)}`);
}
