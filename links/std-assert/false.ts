import { AssertionError } from "./report/assertion_error.ts";

/** The values that `if` takes for false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Throws an `AssertionError` with `msg` unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}
