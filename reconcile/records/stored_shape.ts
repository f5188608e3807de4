/**
 * The shapes of stored records, in a few words. Whoever reads a record that fits its shape never
 * meets a member of another type, however the record came to be stored.
 *
 * @module
 */
import { isRecord } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";

/** Says where a value does not fit, as `/history/3/by is not a text`; undefined when it fits. */
export type StoredShape = (value: unknown, path: string) => string | undefined;

/** Deeper JSON is refused, so that nothing that walks it exhausts the stack. */
const MAX_DEPTH = 200;

/** A text that every tool can carry. */
export const text: StoredShape = (value, path) =>
  typeof value === "string" && value.isWellFormed() ? undefined : `${path} is not a text`;

/** An integer from 0. */
export const count: StoredShape = (value, path) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : `${path} is not a number from 0`;

/** Yes or no. */
export const bool: StoredShape = (value, path) =>
  typeof value === "boolean" ? undefined : `${path} is neither true nor false`;

/** Any JSON that is not too deep and that can be written canonically. */
export const json: StoredShape = (value, path) => checkJson(value, path, 0);

/** A JSON Schema: an object or a boolean. */
export const schema: StoredShape = (value, path) =>
  typeof value === "boolean" || isRecord(value) ? json(value, path) : `${path} is not a schema`;

/** One of a few texts. */
export function oneOf(...texts: readonly string[]): StoredShape {
  return (value, path) =>
    typeof value === "string" && texts.includes(value)
      ? undefined
      : `${path} is none of ${texts.join(", ")}`;
}

/** The shape, or no member at all. */
export function optional(shape: StoredShape): StoredShape {
  return (value, path) => value === undefined ? undefined : shape(value, path);
}

/** A list of one shape. */
export function list(shape: StoredShape): StoredShape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is not a list`;
    for (let i = 0; i < value.length; i++) {
      const wrong = shape(value[i], appendPointer(path, i));
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

/** An object whose members have names of their own and one shape. */
export function mapOf(shape: StoredShape): StoredShape {
  return (value, path) => {
    if (!isRecord(value)) return `${path} is not an object`;
    for (const name of Object.keys(value)) {
      const wrong = badName(name, path) ?? shape(value[name], appendPointer(path, name));
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

/** An object with these members; others, which a later version may have added, may be any JSON. */
export function objectOf(members: Readonly<Record<string, StoredShape>>): StoredShape {
  const known = Object.entries(members);
  return (value, path) => {
    if (!isRecord(value)) return `${path || "it"} is not an object`;
    for (const [name, shape] of known) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      const wrong = shape(member, appendPointer(path, name));
      if (wrong !== undefined) return wrong;
    }
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(members, name)) continue;
      const wrong = badName(name, path) ?? json(value[name], appendPointer(path, name));
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function checkJson(value: unknown, path: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `${path.slice(0, 100)} is nested deeper than ${MAX_DEPTH}`;
  if (typeof value === "string") return text(value, path);
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} is no number`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const wrong = checkJson(value[i], path, depth + 1);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (!isRecord(value)) return `${path} is not JSON`;
  for (const name of Object.keys(value)) {
    const wrong = name.isWellFormed()
      ? checkJson(value[name], path, depth + 1)
      : `${path} has a member whose name is not a text`;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** No member of ours has the name of the prototype; looked up by name it would not be found. */
function badName(name: string, path: string): string | undefined {
  if (name !== "__proto__" && name.isWellFormed()) return undefined;
  return `${path} has a member with an impossible name`;
}
