import { AssertionError } from "./assertion_error.ts";

/** A value as text, with the keys sorted, so that two texts of equal values are equal. */
export function describe(value: unknown, compact = true): string {
  return Deno.inspect(value, {
    compact,
    sorted: true,
    trailingComma: !compact,
    depth: Infinity,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
  });
}

/** The error of a failed assertion: what happened, and what the author of the test said about it. */
export function failure(
  what: string,
  msg: string | undefined,
  details = "",
): AssertionError {
  return new AssertionError(what + (msg ? `: ${msg}` : ".") + details);
}
