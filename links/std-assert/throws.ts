import { failure } from "./report/describe.ts";
import { assertIsError } from "./is_error.ts";

/** Throws an `AssertionError` unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Throws an `AssertionError` unless `fn` throws an error of that class, with that text in its message; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: abstract new (...args: never[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: (abstract new (...args: never[]) => Error) | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const note = typeof classOrMsg === "string" ? classOrMsg : msg;
  try {
    fn();
  } catch (error) {
    if (typeof classOrMsg === "function") {
      assertIsError(error, classOrMsg, msgIncludes, note);
    }
    return error;
  }
  throw failure("Expected function to throw", note);
}
