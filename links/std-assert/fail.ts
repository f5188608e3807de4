import { failure } from "./report/describe.ts";

/** Throws an `AssertionError`: the test came to a place where it must not be. */
export function fail(msg?: string): never {
  throw failure("Failed assertion", msg);
}
