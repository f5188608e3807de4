import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` unless the value is an instance of the class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: abstract new (...args: never[]) => T,
  msg = "",
): asserts actual is T {
  if (actual instanceof expectedType) return;
  const what = `Expected object to be an instance of "${expectedType.name}" but was ${
    kind(actual)
  }`;
  const details = typeof actual === "object" && actual !== null ? `\n\n${describe(actual)}\n` : "";
  throw failure(what, msg, details);
}

function kind(value: unknown): string {
  if (value === null) return `"null"`;
  if (typeof value !== "object") return `"${typeof value}"`;
  return `"${value.constructor?.name ?? "Object"}"`;
}
