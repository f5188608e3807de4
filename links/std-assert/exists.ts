import { failure } from "./report/describe.ts";

/** Throws an `AssertionError` when the value is `null` or `undefined`. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw failure(
    `Expected actual: "${actual}" to not be null or undefined`,
    msg,
  );
}
