/**
 * The grammar of KV keys and of the filters that select them.
 *
 * A key is one or more segments joined by `.`, as `github.12345.abc123`. A segment is made of letters,
 * digits, `-`, `_`, `/` and `=`. A filter is a key in which a segment may be `*` (any one segment) and the
 * last may be `>` (one or more segments).
 *
 * @module
 */
import { encodeBase64Url } from "../../contracts/json/base64.ts";
import { KVError } from "./kv_error.ts";

/** Longest key or filter, in characters. */
export const MAX_KEY_LENGTH = 1024;

/** The filter that every key passes. */
export const ALL_KEYS = ">";

const SEGMENT = /^[-/_=A-Za-z0-9]+$/;
const KEY = /^[-/_=A-Za-z0-9]+(?:\.[-/_=A-Za-z0-9]+)*$/;
const FILTER = /^(?:(?:[-/_=A-Za-z0-9]+|\*)\.)*(?:[-/_=A-Za-z0-9]+|\*|>)$/;
const ALLOWED = "letters, digits, - _ / and =";

/** True for a key. */
export function isKvKey(key: string): boolean {
  return typeof key === "string" && key.length <= MAX_KEY_LENGTH && KEY.test(key);
}

/** True for a filter; every key is one. */
export function isKvFilter(filter: string): boolean {
  return typeof filter === "string" && filter.length <= MAX_KEY_LENGTH && FILTER.test(filter);
}

/**
 * Joins segments to a key. A segment that comes from outside can hold anything: derive it with
 * {@link base64UrlSegment}, or a dot in it would change the key's shape.
 *
 * ```ts
 * import { kvKey } from "@qlever-llc/trellis";
 *
 * kvKey("github", "12345", "abc123"); // "github.12345.abc123"
 * ```
 *
 * @throws {KVError} `invalid_key` for a segment that is empty, too long, or has other characters
 */
export function kvKey(...segments: readonly string[]): string {
  const wrong = segments.find((segment) => !SEGMENT.test(segment));
  if (wrong !== undefined) {
    throw new KVError({
      reason: "invalid_key",
      message: `${
        quote(wrong)
      } cannot be a key segment: use ${ALLOWED}, or base64UrlSegment(bytes)`,
    });
  }
  const key = segments.join(".");
  if (!isKvKey(key)) throw invalidKey(key);
  return key;
}

/**
 * Writes bytes as one key segment: base64url without padding. No bytes give an empty string, which is
 * no segment.
 *
 * ```ts
 * import { base64UrlSegment } from "@qlever-llc/trellis";
 *
 * base64UrlSegment(new Uint8Array([251, 255])); // "-_8"
 * ```
 */
export function base64UrlSegment(bytes: Uint8Array): string {
  return encodeBase64Url(bytes);
}

/** The `invalid_key` error of a key, with what is wrong about it. */
export function invalidKey(key: unknown): KVError {
  const message = `${describe(key)}; a key is segments of ${ALLOWED}, joined by dots`;
  return new KVError({ reason: "invalid_key", message, key: shown(key) });
}

/** The `invalid_filter` error of a filter, with what is wrong about it. */
export function invalidFilter(filter: unknown): KVError {
  const message = `${describe(filter)}; a filter is a key in which a segment may be * ` +
    "and the last may be >";
  return new KVError({ reason: "invalid_filter", message });
}

/** A test of keys against one filter, prepared for many keys. */
export function keyMatcher(filter: string): (key: string) => boolean {
  if (filter === ALL_KEYS) return () => true;
  if (!hasWildcard(filter)) return (key) => key === filter;
  const pattern = filter.split(".").map((segment) =>
    segment === "*" ? "[^.]+" : segment === ">" ? ".+" : segment
  );
  // Segments are letters, digits, - _ / and =, none of which means anything in a pattern.
  const expression = new RegExp(`^${pattern.join("\\.")}$`);
  return (key) => expression.test(key);
}

/** What every key that passes the filter begins with. */
export function literalPrefix(filter: string): string {
  const wildcard = filter.search(/[*>]/);
  return wildcard < 0 ? filter : filter.slice(0, wildcard);
}

function hasWildcard(filter: string): boolean {
  return /[*>]/.test(filter);
}

function describe(key: unknown): string {
  if (typeof key !== "string") return `a key is a string, not ${typeof key}`;
  if (key === "") return "the key is empty";
  if (key.length > MAX_KEY_LENGTH) {
    return `the key ${quote(key)} has ${key.length} characters, more than ${MAX_KEY_LENGTH}`;
  }
  if (key.split(".").includes("")) return `the key ${quote(key)} has an empty segment`;
  const odd = /[^-/_=A-Za-z0-9.]/u.exec(key)?.[0];
  return `the key ${quote(key)} has ${odd === undefined ? "a wrong form" : JSON.stringify(odd)}`;
}

function shown(key: unknown): string | undefined {
  return typeof key === "string" ? key.slice(0, MAX_KEY_LENGTH) : undefined;
}

function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(short);
}
