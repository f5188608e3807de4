/**
 * Store keys.
 *
 * A key is any text of 1 to 1024 bytes of UTF-8 without control characters, as
 * `incoming/2024/a.pdf`. It is compared as it is: `/` and `..` mean nothing, and two ways of writing the
 * same letter are two keys.
 *
 * @module
 */
import { firstAtLeast } from "../first_at_least.ts";
import { storeIndexKey } from "../../contracts/stored/store_index_key.ts";
import { StoreError } from "./store_error.ts";
import { quoted } from "../operation_context.ts";

/** Longest key, in bytes of UTF-8. */
export const MAX_STORE_KEY_BYTES = 1024;

/** Greater than every written key with the same beginning. */
const AFTER_ALL = "~";

const encoder = new TextEncoder();

/** What is wrong with a key; undefined for a good one. */
export function keyProblem(key: unknown): StoreError | undefined {
  if (typeof key !== "string") return invalid(`a key is a string, not ${typeof key}`);
  if (key === "") return invalid("the key is empty", key);
  return textProblem(key, "key");
}

/** What is wrong with a prefix; the empty one is good. */
export function prefixProblem(prefix: unknown): StoreError | undefined {
  if (typeof prefix !== "string") return invalid(`a prefix is a string, not ${typeof prefix}`);
  return textProblem(prefix, "prefix");
}

/** From where to where, in sorted written keys, those are whose keys begin with the prefix. */
export function prefixRange(
  sorted: readonly string[],
  prefix: string,
): { readonly start: number; readonly end: number } {
  if (prefix === "") return { start: 0, end: sorted.length };
  const written = storeIndexKey(prefix);
  return { start: firstAtLeast(sorted, written), end: firstAtLeast(sorted, written + AFTER_ALL) };
}

function textProblem(text: string, what: string): StoreError | undefined {
  if (!text.isWellFormed()) return invalid(`the ${what} has half a surrogate pair`, text);
  // deno-lint-ignore no-control-regex -- they are what is refused
  if (/[\x00-\x1f\x7f-\x9f]/.test(text)) {
    return invalid(`the ${what} ${quoted(text)} has control characters`, text);
  }
  // No character takes less than a byte: most long texts need not be encoded to be known as long.
  const bytes = text.length > MAX_STORE_KEY_BYTES ? text.length : encoder.encode(text).length;
  if (bytes <= MAX_STORE_KEY_BYTES) return undefined;
  return invalid(
    `the ${what} ${quoted(text)} takes more than ${MAX_STORE_KEY_BYTES} bytes of UTF-8`,
    text,
  );
}

function invalid(what: string, key?: string): StoreError {
  const message = `${what}; a key is 1 to ${MAX_STORE_KEY_BYTES} bytes of UTF-8 ` +
    "without control characters";
  return new StoreError({
    reason: "invalid_key",
    message,
    key: key?.slice(0, MAX_STORE_KEY_BYTES),
  });
}
