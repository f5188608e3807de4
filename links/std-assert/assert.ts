import { AssertionError } from "./report/assertion_error.ts";

/** Throws an `AssertionError` with `msg` unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}
