import { failure } from "./report/describe.ts";

/** Throws an `AssertionError`: this line was thought never to run. */
export function unreachable(reason?: string): never {
  throw failure("Unreachable", reason);
}
