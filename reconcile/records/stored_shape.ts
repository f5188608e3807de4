/**
 * The shapes of stored records, in a few words. Whoever reads a record that fits its shape never
 * meets a member of another type, however the record came to be stored.
 *
 * @module
 */
import { isRecord } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";

/**
 * Says where a value does not fit, as `/history/3/by is not a text`, and without a place where that is the value
 * itself; undefined when it fits. The place is put together on the way back: nearly all values fit.
 */
export type StoredShape = (value: unknown) => string | undefined;

/** Deeper JSON is refused, so that nothing that walks it exhausts the stack. */
const MAX_DEPTH = 200;

/** A text that every tool can carry. */
export const text: StoredShape = (value) =>
  typeof value === "string" && value.isWellFormed() ? undefined : " is not a text";

/** An integer from 0. */
export const count: StoredShape = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : " is not a number from 0";

/** Yes or no. */
export const bool: StoredShape = (value) =>
  typeof value === "boolean" ? undefined : " is neither true nor false";

/** Any JSON that is not too deep and that can be written canonically. */
export const json: StoredShape = (value) => checkJson(value, 0);

/** A JSON Schema: an object or a boolean. */
export const schema: StoredShape = (value) =>
  typeof value === "boolean" || isRecord(value) ? json(value) : " is not a schema";

/** One of a few texts. */
export function oneOf(...texts: readonly string[]): StoredShape {
  return (value) =>
    typeof value === "string" && texts.includes(value)
      ? undefined
      : ` is none of ${texts.join(", ")}`;
}

/** The shape, or no member at all. */
export function optional(shape: StoredShape): StoredShape {
  return (value) => value === undefined ? undefined : shape(value);
}

/** A list of one shape. */
export function list(shape: StoredShape): StoredShape {
  return (value) => {
    if (!Array.isArray(value)) return " is not a list";
    for (let i = 0; i < value.length; i++) {
      const wrong = shape(value[i]);
      if (wrong !== undefined) return below(i, wrong);
    }
    return undefined;
  };
}

/** An object whose members have names of their own and one shape. */
export function mapOf(shape: StoredShape): StoredShape {
  return (value) => {
    if (!isRecord(value)) return " is not an object";
    for (const name of Object.keys(value)) {
      if (isBadName(name)) return BAD_NAME;
      const wrong = shape(value[name]);
      if (wrong !== undefined) return below(name, wrong);
    }
    return undefined;
  };
}

/** An object with these members; others, which a later version may have added, may be any JSON. */
export function objectOf(members: Readonly<Record<string, StoredShape>>): StoredShape {
  const known = Object.entries(members);
  return (value) => {
    if (!isRecord(value)) return " is not an object";
    for (const [name, shape] of known) {
      const wrong = shape(Object.hasOwn(value, name) ? value[name] : undefined);
      if (wrong !== undefined) return below(name, wrong);
    }
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(members, name)) continue;
      if (isBadName(name)) return BAD_NAME;
      const wrong = json(value[name]);
      if (wrong !== undefined) return below(name, wrong);
    }
    return undefined;
  };
}

function checkJson(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return ` is nested deeper than ${MAX_DEPTH}`;
  if (typeof value === "string") return text(value);
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : " is no number";
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const wrong = checkJson(value[i], depth + 1);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (!isRecord(value)) return " is not JSON";
  for (const name of Object.keys(value)) {
    if (!name.isWellFormed()) return " has a member whose name is not a text";
    const wrong = checkJson(value[name], depth + 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** What does not fit, seen from the value that it is a member of. */
function below(member: string | number, wrong: string): string {
  return appendPointer("", member) + wrong;
}

const BAD_NAME = " has a member with an impossible name";

/** No member of ours has the name of the prototype; looked up by name it would not be found. */
function isBadName(name: string): boolean {
  return name === "__proto__" || !name.isWellFormed();
}
