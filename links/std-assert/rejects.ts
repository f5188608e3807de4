import { describe, failure } from "./report/describe.ts";
import { assertIsError } from "./is_error.ts";

/** Rejects with an `AssertionError` unless the promise of `fn` rejects; resolves to what it rejected with. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Rejects with an `AssertionError` unless the promise of `fn` rejects with an error of that class; resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: abstract new (...args: never[]) => E,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: (abstract new (...args: never[]) => Error) | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const note = typeof classOrMsg === "string" ? classOrMsg : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (cause) {
    throw failure(
      `Function throws when expected to reject: ${describe(cause)}`,
      note,
    );
  }
  try {
    await promise;
  } catch (error) {
    if (typeof classOrMsg === "function") {
      assertIsError(error, classOrMsg, msgIncludes, note);
    }
    return error;
  }
  throw failure("Expected function to reject", note);
}
