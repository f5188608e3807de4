import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { appendPointer } from "../../../contracts/json/json_pointer.ts";
import {
  isJsonObject,
  namesAt,
  numberAt,
  type Schema,
  schemaAt,
  schemaMapAt,
  schemasAt,
  textAt,
} from "../../../contracts/schema/schema_parts.ts";

/** A part of a form for a value; its path, a JSON pointer, names what is typed there. */
export type FormField =
  & {
    readonly path: string;
    readonly label: string;
    readonly description?: string;
    readonly isRequired: boolean;
  }
  & (
    | { readonly kind: "text"; readonly format?: string; readonly isLong: boolean }
    | { readonly kind: "number"; readonly isWhole: boolean }
    | { readonly kind: "choice"; readonly choices: readonly JsonValue[] }
    | { readonly kind: "group"; readonly fields: readonly FormField[] }
    | { readonly kind: "list"; readonly items: readonly FormField[] }
    /** What no control is made for is written as JSON. */
    | { readonly kind: "json" }
  );

/** What was typed into a form, by path; how many items a list has, by {@link countName}. */
export type Typed = ReadonlyMap<string, string>;

/** What is deeper than this is written as JSON: nobody fills in such a form. */
const MOST_DEPTH = 6;
/** Items of a list that a form shows. */
export const MOST_ITEMS = 100;
/** Characters that fit on one line. */
const ONE_LINE = 120;

/** The name under which a form keeps how many items a list has. */
export function countName(path: string): string {
  return `#${path}`;
}

/** The form for values of a schema, with as many items in its lists as are kept. */
export function formField(
  schema: Schema,
  typed: Typed,
  place: Place = { path: "", label: "input", isRequired: true, depth: 0 },
): FormField {
  const { path, label, isRequired, depth } = place;
  if (!isJsonObject(schema) || depth > MOST_DEPTH) {
    return { path, label, isRequired, kind: "json" };
  }
  const description = textAt(schema, "description") ?? textAt(schema, "title");
  const about = { path, label, isRequired, ...(description && { description }) };
  const choices = choicesOf(schema);
  if (choices !== undefined) return { ...about, kind: "choice", choices };
  switch (schema.type) {
    case "string": {
      const format = textAt(schema, "format");
      const isLong = (numberAt(schema, "maxLength") ?? 0) > ONE_LINE;
      return { ...about, kind: "text", isLong, ...(format && { format }) };
    }
    case "number":
    case "integer":
      return { ...about, kind: "number", isWhole: schema.type === "integer" };
    case "boolean":
      return { ...about, kind: "choice", choices: [true, false] };
    case "object": {
      if (isMap(schema)) break;
      const required = namesAt(schema, "required");
      const fields = [...schemaMapAt(schema, "properties")].map(([name, member]) =>
        formField(member, typed, {
          path: appendPointer(path, name),
          label: name,
          isRequired: required.includes(name),
          depth: depth + 1,
        })
      );
      return { ...about, kind: "group", fields };
    }
    case "array": {
      const item = schemaAt(schema, "items");
      if (item === undefined || schema.prefixItems !== undefined) break;
      const items = Array.from({ length: countOf(path, typed) }, (_, at) =>
        formField(item, typed, {
          path: appendPointer(path, at),
          label: `${label} ${at + 1}`,
          isRequired: true,
          depth: depth + 1,
        }));
      return { ...about, kind: "list", items };
    }
  }
  return { ...about, kind: "json" };
}

/** Where a field stands. */
interface Place {
  readonly path: string;
  readonly label: string;
  readonly isRequired: boolean;
  readonly depth: number;
}

/** Items that a list has, as a form keeps it. */
export function countOf(path: string, typed: Typed): number {
  const count = Number(typed.get(countName(path)) ?? 0);
  return Number.isSafeInteger(count) ? Math.min(Math.max(count, 0), MOST_ITEMS) : 0;
}

/** Whether an object takes members of names that nobody knows before. */
function isMap(schema: JsonObject): boolean {
  return schema.properties === undefined || schema.patternProperties !== undefined ||
    isJsonObject(schema.additionalProperties);
}

/** The values that a schema lists; undefined for one that does not. */
function choicesOf(schema: JsonObject): readonly JsonValue[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  if (Array.isArray(schema.enum)) return schema.enum;
  const alternatives = schemasAt(schema, "anyOf");
  const values = alternatives.flatMap((one): readonly JsonValue[] => {
    if (!isJsonObject(one)) return [];
    if (one.const !== undefined) return [one.const];
    return one.type === "null" ? [null] : [];
  });
  return values.length > 0 && values.length === alternatives.length ? values : undefined;
}
