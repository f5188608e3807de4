import { isRecord, type JsonObject, type JsonValue } from "../../../contracts/json/json.ts";
import { appendPointer } from "../../../contracts/json/json_pointer.ts";

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
    | {
      readonly kind: "list";
      readonly item: JsonObject | boolean;
      readonly items: readonly FormField[];
    }
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
  schema: JsonObject | boolean,
  typed: Typed,
  place: { readonly path: string; readonly label: string; readonly isRequired: boolean } = {
    path: "",
    label: "input",
    isRequired: true,
  },
  depth = 0,
): FormField {
  const { path } = place;
  if (!isRecord(schema) || depth > MOST_DEPTH) return { ...place, kind: "json" };
  const { description, title } = schema;
  const about = {
    ...place,
    ...(typeof title === "string" && path !== "" ? { label: `${place.label} (${title})` } : {}),
    ...(typeof description === "string" ? { description } : {}),
  };
  const choices = choicesOf(schema);
  if (choices !== undefined) return { ...about, kind: "choice", choices };
  switch (schema.type) {
    case "string": {
      const { format, maxLength } = schema;
      const isLong = typeof maxLength === "number" && maxLength > ONE_LINE;
      return {
        ...about,
        kind: "text",
        isLong,
        ...(typeof format === "string" ? { format } : {}),
      };
    }
    case "number":
    case "integer":
      return { ...about, kind: "number", isWhole: schema.type === "integer" };
    case "boolean":
      return { ...about, kind: "choice", choices: [true, false] };
    case "object": {
      const members = membersOf(schema);
      if (members === undefined) break;
      const fields = members.map(({ name, schema, isRequired }) =>
        formField(
          schema,
          typed,
          { path: appendPointer(path, name), label: name, isRequired },
          depth + 1,
        )
      );
      return { ...about, kind: "group", fields };
    }
    case "array": {
      const item = schema.items;
      if (!isSchema(item) || schema.prefixItems !== undefined) break;
      const items = Array.from(
        { length: countOf(path, typed) },
        (_, at) =>
          formField(
            item,
            typed,
            { path: `${path}/${at}`, label: `${place.label} ${at + 1}`, isRequired: true },
            depth + 1,
          ),
      );
      return { ...about, kind: "list", item, items };
    }
  }
  return { ...about, kind: "json" };
}

/** Items that a list has, as a form keeps it. */
export function countOf(path: string, typed: Typed): number {
  const count = Number(typed.get(countName(path)) ?? 0);
  return Number.isSafeInteger(count) ? Math.min(Math.max(count, 0), MOST_ITEMS) : 0;
}

/** The members that an object declares; undefined for one that is open to names that nobody knows. */
function membersOf(schema: JsonObject) {
  const { properties, required, patternProperties, additionalProperties } = schema;
  const isMap = patternProperties !== undefined || isRecord(additionalProperties);
  if (isMap || !isRecord(properties)) return undefined;
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).flatMap(([name, member]) =>
    isSchema(member) ? [{ name, schema: member, isRequired: needed.includes(name) }] : []
  );
}

/** The values that a schema lists; undefined for one that does not. */
function choicesOf(schema: JsonObject): readonly JsonValue[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  if (Array.isArray(schema.enum)) return schema.enum;
  const { anyOf } = schema;
  if (!Array.isArray(anyOf)) return undefined;
  const values = anyOf.flatMap((one): readonly JsonValue[] =>
    isRecord(one) && one.const !== undefined
      ? [one.const as JsonValue]
      : isRecord(one) && one.type === "null"
      ? [null]
      : []
  );
  return values.length === anyOf.length && values.length > 0 ? values : undefined;
}

function isSchema(value: unknown): value is JsonObject | boolean {
  return typeof value === "boolean" || isRecord(value);
}
