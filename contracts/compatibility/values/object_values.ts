import type { JsonObject } from "../../json/json.ts";
import type { ObjectLayer, Objects, Values } from "./alternatives.ts";
import { isAnything } from "../../schema/keywords.ts";
import type { PatternLanguage } from "../../patterns/pattern_language.ts";
import { isSameJson } from "../../schema/same_json.ts";
import {
  literalsOf,
  namesAt,
  numberAt,
  type Schema,
  schemaAt,
  schemaMapAt,
  schemasAt,
} from "../../schema/schema_parts.ts";

/**
 * The objects that fit all parts; none when the sizes leave none.
 *
 * @param refused alternatives that no object of them fits
 */
export function objectsOf(
  parts: readonly JsonObject[],
  refused: ReadonlySet<Schema> = new Set(),
): readonly Objects[] {
  let minProperties = 0;
  let maxProperties = Infinity;
  const required = new Set<string>();
  const layers: ObjectLayer[] = [];
  for (const part of parts) {
    for (const name of namesAt(part, "required")) required.add(name);
    minProperties = Math.max(minProperties, numberAt(part, "minProperties") ?? 0);
    maxProperties = Math.min(maxProperties, numberAt(part, "maxProperties") ?? Infinity);
    layers.push(...layersOf(part, parts, refused));
  }
  const names = new Set(required);
  const patterns = new Set<string>();
  for (const layer of layers) {
    for (const name of layer.properties.keys()) names.add(name);
    for (const pattern of layer.patterns.keys()) patterns.add(pattern);
  }
  minProperties = Math.max(minProperties, required.size);
  if (minProperties > maxProperties) return [];
  const rest = layers.map((layer) => layer.rest).filter((schema) => !isAnything(schema));
  for (const part of parts) {
    const only = namesOnly(part);
    if (only === undefined) continue;
    // All names are known: there is nothing else.
    for (const name of only) names.add(name);
    patterns.clear();
    rest.push(false);
  }
  return [{
    kind: "object",
    parts,
    refused,
    required,
    minProperties,
    maxProperties,
    layers,
    names,
    patterns,
    rest: { parts: rest },
  }];
}

/** What the member of a name has, of everything that the layers say of it. */
export function memberValues(objects: Objects, name: string, language: PatternLanguage): Values {
  const parts: Schema[] = [];
  for (const { properties, patterns, rest } of objects.layers) {
    const own = properties.get(name);
    let isKnown = own !== undefined;
    if (own !== undefined) parts.push(own);
    for (const [pattern, schema] of patterns) {
      const matches = language.matches(pattern, name);
      if (matches === true) parts.push(schema);
      // A pattern that is not understood may match: nothing is sure then.
      if (matches !== false) isKnown = true;
    }
    if (!isKnown) parts.push(rest);
  }
  return { parts: parts.filter((part) => !isAnything(part)) };
}

/** The names that a schema lists for all members; undefined when it does not. */
function namesOnly(part: JsonObject): readonly string[] | undefined {
  const names = schemaAt(part, "propertyNames");
  if (names === false) return [];
  const literals = typeof names === "object" ? literalsOf(names) : undefined;
  return literals?.filter((name) => typeof name === "string");
}

function layersOf(
  part: JsonObject,
  parts: readonly JsonObject[],
  refused: ReadonlySet<Schema>,
): readonly ObjectLayer[] {
  const layer: ObjectLayer = {
    properties: schemaMapAt(part, "properties"),
    patterns: schemaMapAt(part, "patternProperties"),
    rest: schemaAt(part, "additionalProperties") ?? true,
  };
  const rest = schemaAt(part, "unevaluatedProperties");
  if (rest === undefined || isAnything(rest)) return [layer];
  const seen = { properties: new Map<string, Schema>(), patterns: new Map<string, Schema>() };
  const { unevaluatedProperties: _rest, ...own } = part;
  return collectSeen(own, parts, refused, seen) ? [layer, { ...seen, rest }] : [layer];
}

/** Collects the names that a schema evaluates; false when that depends on the value. */
function collectSeen(
  schema: Schema,
  parts: readonly JsonObject[],
  refused: ReadonlySet<Schema>,
  seen: { readonly properties: Map<string, Schema>; readonly patterns: Map<string, Schema> },
): boolean {
  if (typeof schema === "boolean") return true;
  const everything = ["additionalProperties", "unevaluatedProperties", "if", "dependentSchemas"];
  if (everything.some((keyword) => schema[keyword] !== undefined)) return false;
  for (const name of schemaMapAt(schema, "properties").keys()) seen.properties.set(name, true);
  for (const name of schemaMapAt(schema, "patternProperties").keys()) seen.patterns.set(name, true);
  for (const part of schemasAt(schema, "allOf")) {
    if (!collectSeen(part, parts, refused, seen)) return false;
  }
  for (const option of [...schemasAt(schema, "anyOf"), ...schemasAt(schema, "oneOf")]) {
    const isChosen = parts.some((part) => part === option);
    if (!isChosen && (refused.has(option) || areDisjoint(parts, option))) continue;
    if (!isChosen || !collectSeen(option, parts, refused, seen)) return false;
  }
  return true;
}

/** True when a required member with other literals keeps an alternative away from the parts. */
function areDisjoint(parts: readonly JsonObject[], option: Schema): boolean {
  if (typeof option === "boolean") return !option;
  const required = new Set([option, ...parts].flatMap((part) => namesAt(part, "required")));
  for (const [name, schema] of schemaMapAt(option, "properties")) {
    const theirs = typeof schema === "boolean" ? undefined : literalsOf(schema);
    if (!required.has(name) || theirs === undefined) continue;
    for (const part of parts) {
      const own = schemaMapAt(part, "properties").get(name);
      const ours = typeof own === "object" ? literalsOf(own) : undefined;
      const isDisjoint = ours?.every((our) =>
        theirs.every((their) => isSameJson(our, their) === false)
      );
      if (isDisjoint === true) return true;
    }
  }
  return false;
}
