/**
 * Reads JSON without changing what it says. `JSON.parse` rounds long integers, turns huge numbers into
 * `Infinity`, and keeps only the last of two members with one name; all three are refused here.
 *
 * @module
 */
import { isRecord, type JsonValue } from "./json.ts";
import { findJsonProblem, isSpace, type JsonProblem, type JsonTextErrorCode } from "./json_scan.ts";
import { err, ok, type Result } from "../result.ts";

export type { JsonTextErrorCode } from "./json_scan.ts";

/** A text is not JSON, or reading it would change it. */
export interface JsonTextError {
  /** What kind of problem it is. */
  readonly code: JsonTextErrorCode;
  /** What is wrong and where: `the number 9007199254740993 would be changed (line 1, column 8)`. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
  /** UTF-16 code units before the place. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** In UTF-16 code units, from 1. */
  readonly column: number;
}

/**
 * Reads a JSON text, or says why it cannot be read without a change.
 *
 * An integer is kept when it is written again with the same digits: all integers up to 2^53, and of
 * the larger ones those that JavaScript writes, as 100000000000000000000. Numbers with a fraction or
 * an exponent are read as the nearest double, as JSON implementations do; 1e400 has none, and is
 * refused. A text of any depth is read: what goes through the value must not recurse without a bound.
 *
 * @example
 * ```ts ignore
 * parseExactJson('{"id":9007199254740993}'); // Err: code "json.number", line 1, column 7
 * parseExactJson('{"id":1,"id":2}'); // Err: code "json.duplicate"
 * ```
 */
export function parseExactJson(text: string): Result<JsonValue, JsonTextError> {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(text);
  }
  // The test is cheap and may be wrong about a good text; then the scan decides.
  if (countMembers(value, 0) === countNames(text)) return ok(value);
  return findJsonProblem(text) === undefined ? ok(value) : refuse(text);
}

/** What is wrong with a text, to follow its name: `is not JSON`, `cannot be read exactly: …`. */
export function jsonTextProblem({ code, message }: JsonTextError): string {
  return code === "json.syntax" ? "is not JSON" : `cannot be read exactly: ${message}`;
}

/** The smallest number that a longer integer may have been rounded to. */
const SUSPECT = 2 ** 53;
const MAX_DEPTH = 200;
const QUOTE = 0x22;

/**
 * How many members all objects in a value have; NaN when it is too deep to count, or holds a number
 * that may have been changed.
 */
function countMembers(value: JsonValue | undefined, depth: number): number {
  if (typeof value === "number") return value < SUSPECT && value > -SUSPECT ? 0 : NaN;
  if (typeof value !== "object") return 0;
  if (depth > MAX_DEPTH) return NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) count += countMembers(value[i], depth + 1);
  } else if (isRecord(value)) {
    // What was parsed has own members only, and this loop is the fastest one.
    for (const name in value) count += 1 + countMembers(value[name], depth + 1);
  }
  return count;
}

/** How often a colon follows a quote: once for each member, and more often where strings hold such. */
function countNames(text: string): number {
  let count = 0;
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    let before = text.charCodeAt(at - 1);
    for (let i = at - 2; isSpace(before); i--) before = text.charCodeAt(i);
    if (before === QUOTE) count++;
  }
  return count;
}

/** Stands in should the scan ever read more than `JSON.parse` does. */
const SYNTAX: JsonProblem = {
  code: "json.syntax",
  offset: 0,
  what: "the text is not JSON",
  hint: "correct the JSON text",
};

function refuse(text: string): Result<never, JsonTextError> {
  const { code, offset, what, hint } = findJsonProblem(text) ?? SYNTAX;
  const lines = text.slice(0, offset).split("\n");
  const [line, column] = [lines.length, (lines.at(-1) ?? "").length + 1];
  const message = `${what} (line ${line}, column ${column})`;
  return err({ code, message, hint, offset, line, column });
}
