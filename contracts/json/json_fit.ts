import { MAX_JSON_DEPTH } from "./canonical_json.ts";
import type { ValidationIssue } from "../errors/validation_error.ts";
import { isRecord } from "./json.ts";
import { appendPointer } from "./json_pointer.ts";

/**
 * The first part of a value that would not survive being written as JSON and read again; undefined when
 * all of it would. A member that is `undefined` counts as not being there.
 */
export function jsonMisfit(value: unknown): ValidationIssue | undefined {
  const found = misfit(value, 0);
  if (found === undefined) return undefined;
  return { path: appendPointer("", ...found.path.reverse()), message: found.message };
}

/** Where a misfit is, innermost step first, so that nothing is allocated for values that fit. */
interface Misfit {
  path: (string | number)[];
  message: string;
}

function misfit(value: unknown, depth: number): Misfit | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : refuse(`${value} is not a JSON number`);
    case "object":
      break;
    default:
      return refuse(`${typeof value} cannot be written as JSON`);
  }
  if (value === null) return undefined;
  if (depth > MAX_JSON_DEPTH) return refuse(`nested deeper than ${MAX_JSON_DEPTH}, or a cycle`);
  if (Array.isArray(value)) return misfitInArray(value, depth);
  if (!isRecord(value) || !isPlain(value)) {
    return refuse(`a ${value.constructor?.name ?? "special object"} cannot be written as JSON`);
  }
  return misfitInRecord(value, depth);
}

function misfitInArray(items: readonly unknown[], depth: number): Misfit | undefined {
  for (let i = 0; i < items.length; i++) {
    const found = misfit(items[i], depth + 1);
    if (found !== undefined) return within(i, found);
  }
  return undefined;
}

function misfitInRecord(
  record: Readonly<Record<string, unknown>>,
  depth: number,
): Misfit | undefined {
  for (const name of Object.keys(record)) {
    const member = record[name];
    if (member === undefined) continue;
    // JSON.stringify would call it and store something else than was checked.
    if (name === "toJSON" && typeof member === "function") return refuse("has a toJSON method");
    const found = misfit(member, depth + 1);
    if (found !== undefined) return within(name, found);
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Plain objects of another realm have a prototype of their own, which has none above it.
  return prototype === null || prototype === Object.prototype ||
    Object.getPrototypeOf(prototype) === null;
}

function refuse(message: string): Misfit {
  return { path: [], message };
}

function within(step: string | number, found: Misfit): Misfit {
  found.path.push(step);
  return found;
}
