import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { CompiledValidator } from "../../../contracts/schema/compiled_validator.ts";
import { FRESH, NAMES } from "./random_schemas.ts";

type Schema = JsonObject | boolean;

/**
 * Whether a schema takes a value whose members it declares, as the validator judges. Fresh names pass as
 * well, unless the newer schema may declare them by a pattern.
 */
export function declares(schema: Schema, newer: Schema): (value: JsonValue) => boolean {
  const hasPatterns = JSON.stringify(newer).includes('"patternProperties"');
  const vocabulary = hasPatterns ? [...NAMES, ...FRESH] : NAMES;
  const strict = new CompiledValidator(closed(schema, nothingKnown(vocabulary)));
  const plain = new CompiledValidator(schema);
  return (value) => plain.check(value) && strict.check(value);
}

/** What is known of an object from the schemas around. */
interface Known {
  readonly names: ReadonlySet<string>;
  readonly isOpen: boolean;
  /** All names that schemas may declare. */
  readonly vocabulary: readonly string[];
}

function nothingKnown(vocabulary: readonly string[]): Known {
  return { names: new Set(), isOpen: true, vocabulary };
}

/** The schema, refusing known names in places where the schema does not know them. */
function closed(schema: Schema, around: Known): Schema {
  if (typeof schema === "boolean" || "const" in schema || "enum" in schema) return schema;
  const known = knownOf(schema, around);
  const { vocabulary } = around;
  const inner = withClosedParts(schema, vocabulary);
  const unions = unionsIn(schema);
  // With several unions it depends on all choices: what is around is all that is known then.
  if (unions === 1) return withClosedUnion(inner, known);
  const all = unions === 0 ? known : knownOf(schema, { ...known, names: new Set(vocabulary) });
  if (!all.isOpen) return inner;
  const forbidden = vocabulary.filter((name) => !all.names.has(name) && name !== "__proto__");
  return {
    allOf: [
      inner,
      { properties: Object.fromEntries(forbidden.map((name) => [name, false])) },
      // The validator declares no property of this name.
      all.names.has("__proto__") ? true : { not: { required: ["__proto__"] } },
    ],
  };
}

function knownOf(schema: Schema, around: Known): Known {
  if (typeof schema === "boolean") return around;
  const names = new Set(around.names);
  let { isOpen } = around;
  for (const name of Object.keys((schema.properties ?? {}) as JsonObject)) names.add(name);
  for (const name of (schema.required ?? []) as readonly string[]) names.add(name);
  for (const pattern of Object.keys((schema.patternProperties ?? {}) as JsonObject)) {
    for (const name of around.vocabulary) if (new RegExp(pattern, "u").test(name)) names.add(name);
  }
  for (const keyword of ["additionalProperties", "unevaluatedProperties"]) {
    const rest = schema[keyword];
    if (rest !== undefined && rest !== true && JSON.stringify(rest) !== "{}") isOpen = false;
  }
  const allowed = schema.propertyNames;
  if (allowed === false) isOpen = false;
  if (typeof allowed === "object" && allowed !== null && "enum" in allowed) {
    for (const name of allowed.enum as readonly string[]) names.add(name);
  }
  let known: Known = { ...around, names, isOpen };
  for (const part of (schema.allOf ?? []) as readonly Schema[]) known = knownOf(part, known);
  return known;
}

function unionsIn(schema: Schema): number {
  if (typeof schema === "boolean") return 0;
  const own = ["anyOf", "oneOf"].filter((keyword) => keyword in schema).length;
  const parts = (schema.allOf ?? []) as readonly Schema[];
  return parts.reduce((sum, part) => sum + unionsIn(part), own);
}

function withClosedUnion(schema: JsonObject, known: Known): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (!Array.isArray(value)) return [keyword, value];
      const list = value as readonly Schema[];
      if (keyword === "anyOf" || keyword === "oneOf") {
        return [keyword, list.map((part) => closed(part, known))];
      }
      if (keyword !== "allOf") return [keyword, value];
      return [
        keyword,
        list.map((part) => typeof part === "boolean" ? part : withClosedUnion(part, known)),
      ];
    }),
  );
}

/** The schema with its members and items closed; what is at the same place stays. */
function withClosedParts(schema: JsonObject, vocabulary: readonly string[]): JsonObject {
  const start = nothingKnown(vocabulary);
  const part = (value: JsonValue): JsonValue =>
    typeof value === "boolean" || (typeof value === "object" && value !== null)
      ? closed(value as Schema, start)
      : value;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === "properties" || keyword === "patternProperties") {
        const entries = Object.entries(value as JsonObject);
        return [keyword, Object.fromEntries(entries.map(([name, one]) => [name, part(one)]))];
      }
      if (keyword === "items" && Array.isArray(value)) return [keyword, value.map(part)];
      if (keyword === "allOf") {
        const list = value as readonly Schema[];
        return [
          keyword,
          list.map((one) => typeof one === "boolean" ? one : withClosedParts(one, vocabulary)),
        ];
      }
      const isOne = ["items", "additionalItems", "additionalProperties"].includes(keyword);
      return [keyword, isOne ? part(value) : value];
    }),
  );
}
