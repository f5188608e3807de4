import { isRecord } from "./json.ts";
import { appendPointer } from "./json_pointer.ts";

/** Deeper values are refused: they are attacks or cycles, and would exhaust the stack. */
export const MAX_JSON_DEPTH = 256;

/** The value cannot be written as canonical JSON; the message says where and why. */
export class NotCanonicalError extends Error {
  override readonly name = "NotCanonicalError";
  /** @param path JSON pointer of the offending value */
  constructor(readonly path: string, readonly reason: string) {
    super(`not representable as canonical JSON at "${path.slice(0, 200)}": ${reason}`);
  }
}

/**
 * Writes a JSON value in its one canonical form: object keys sorted by UTF-16 code units, no
 * whitespace, ECMAScript numbers (the form of RFC 8785).
 *
 * @throws {NotCanonicalError} for undefined, functions, symbols, bigints, non-finite numbers, lone
 * surrogates, objects that are not plain, cycles, and nesting beyond {@link MAX_JSON_DEPTH}
 */
export function canonicalJson(value: unknown): string {
  return write(value, [], 0);
}

function write(value: unknown, path: string[], depth: number): string {
  const refuse = (reason: string) => {
    throw new NotCanonicalError(appendPointer("", ...path), reason);
  };
  if (depth > MAX_JSON_DEPTH) return refuse(`nested deeper than ${MAX_JSON_DEPTH}, or a cycle`);
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? JSON.stringify(value) : refuse("a lone surrogate");
    case "boolean":
      return value ? "true" : "false";
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(`the number ${value}`);
    case "object":
      break;
    default:
      return refuse(`a value of type ${typeof value}`);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const items: string[] = [];
    for (let i = 0; i < value.length; i++) {
      items.push(write(value[i], [...path, String(i)], depth + 1));
    }
    return `[${items.join(",")}]`;
  }
  if (!isRecord(value) || !isPlain(value)) return refuse("an object that is not plain");
  const members = Object.keys(value).sort().map((key) => {
    if (!key.isWellFormed()) return refuse("a key with a lone surrogate");
    return `${JSON.stringify(key)}:${write(value[key], [...path, key], depth + 1)}`;
  });
  return `{${members.join(",")}}`;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  // A module namespace and JSON.parse in another realm have other prototypes; both are data.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
