import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

type Schema = JsonObject | boolean;

/** Names that schemas declare. */
export const NAMES = ["a", "b", "k", "x-a", "constructor", "isPrototypeOf", "__proto__"];
/** Names that no schema declares, other than by a pattern. */
export const FRESH = ["zz", "other", "x-zz"];
const PATTERNS = ["^x-", "^(.*)$", "^[ab]$", "^[a-z]$", "^[a-z]+$", "b$", "", "^.$"];
const TEXT_PATTERNS = [
  "^[a-c]+$",
  "^[a-z]{1,3}$",
  "a",
  "^(?:ab|b)*$",
  "^\\d+$",
  "^.+$",
  "",
  "(?=a)",
  "^\\p{L}+$",
  "^[\\p{Ll}\\d-]+$",
  "^[0-9:T.Z-]+$",
];
const FORMATS = ["date", "date-time", "uuid", "iso-date-time", "regex", "ipv4", "time"];
const TEXTS = [
  ...["", "a", "b", "ab", "abc", "abcd", "aé", "12", "A", "\n", "2026-01-31", "192.0.2.1", "("],
  ...["2026-01-31T12:00:00Z", "01234567-89ab-4cde-8f01-23456789abcd", "😀", "x-a", "k"],
];
const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 10, -1, -3, 0.5, 1.5, 2.5, 100, 2 ** 31, 1e9];

/** Chance, from a seed: the same seed gives the same values. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 up to, and without, `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  is(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to choose from");
    return item;
  }

  some<T>(items: readonly T[], percent: number): T[] {
    return items.filter(() => this.is(percent));
  }
}

/** A schema of any shape that contracts may hold. */
export function randomSchema(chance: Chance, depth = 3): Schema {
  const leaves = [literals, numbers, texts, texts, numbers, simple];
  const trees = [objects, objects, objects, lists, union, union, intersection, record, conditional];
  const make = chance.of(depth <= 0 ? leaves : [...leaves, ...trees, ...trees]);
  const schema = make(chance, depth - 1);
  return typeof schema === "object" && chance.is(4) ? { ...schema, "x-unit": "m" } : schema;
}

function simple(chance: Chance): Schema {
  const types = ["string", "number", "integer", "boolean", "null", "array", "object"];
  if (chance.is(10)) return chance.is(70) ? true : false;
  if (chance.is(30)) return { type: chance.some(types, 40).concat("null").filter(isFirst) };
  if (chance.is(8)) return { type: chance.of(["string", "number", "integer"]), nullable: true };
  return { type: chance.of(types) };
}

function isFirst<T>(item: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(item) === index;
}

function literals(chance: Chance): Schema {
  const pool: JsonValue[] = ["a", "b", "ab", 1, 2, 0.5, null, true, false, [1], { a: 1 }, {}];
  if (chance.is(40)) return { const: chance.of(pool) };
  const values = [...chance.some(pool, 25), chance.of(pool)];
  return { enum: values.filter(isFirst) };
}

function numbers(chance: Chance): Schema {
  const bounds: [string, JsonValue][] = [];
  for (const key of ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) {
    if (chance.is(25)) bounds.push([key, chance.of(NUMBERS)]);
  }
  if (chance.is(20)) bounds.push(["multipleOf", chance.of([1, 2, 3, 4, 6, 0.5, 0.1, 0.01])]);
  if (chance.is(8)) bounds.push(["format", chance.of(["int32", "int64", "double"])]);
  return { type: chance.of(["number", "integer"]), ...Object.fromEntries(bounds) };
}

function texts(chance: Chance): Schema {
  const rules: [string, JsonValue][] = [];
  if (chance.is(30)) rules.push(["minLength", chance.below(4)]);
  if (chance.is(30)) rules.push(["maxLength", chance.is(70) ? chance.below(6) : chance.below(50)]);
  if (chance.is(25)) rules.push(["pattern", chance.of(TEXT_PATTERNS)]);
  if (chance.is(15)) rules.push(["format", chance.of(FORMATS)]);
  return { type: "string", ...Object.fromEntries(rules) };
}

function objects(chance: Chance, depth: number): Schema {
  const names = chance.some(NAMES, 40);
  const rules: [string, JsonValue][] = [];
  if (chance.is(25)) rules.push(["additionalProperties", closing(chance, depth)]);
  if (chance.is(8)) rules.push(["minProperties", chance.below(3)]);
  if (chance.is(8)) rules.push(["maxProperties", chance.below(5)]);
  if (chance.is(10)) rules.push(["patternProperties", patterns(chance, depth)]);
  if (chance.is(5)) {
    rules.push(["propertyNames", chance.is(50) ? { enum: names.concat("zz") } : texts(chance)]);
  }
  if (chance.is(5)) {
    rules.push(["dependentRequired", { [chance.of(NAMES)]: chance.some(NAMES, 30) }]);
  }
  if (chance.is(4)) rules.push(["dependentSchemas", { a: randomSchema(chance, depth - 1) }]);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, randomSchema(chance, depth)])),
    required: chance.some(chance.is(10) ? NAMES : names, 50),
    ...Object.fromEntries(rules),
  };
}

function closing(chance: Chance, depth: number): Schema {
  return chance.is(70) ? false : randomSchema(chance, depth - 1);
}

function patterns(chance: Chance, depth: number): JsonObject {
  return { [chance.of(PATTERNS)]: randomSchema(chance, depth - 1) };
}

function record(chance: Chance, depth: number): Schema {
  const closed: JsonObject = chance.is(30) ? { additionalProperties: false } : {};
  return { type: "object", patternProperties: patterns(chance, depth), ...closed };
}

function lists(chance: Chance, depth: number): Schema {
  const rules: [string, JsonValue][] = [];
  if (chance.is(25)) rules.push(["minItems", chance.below(3)]);
  if (chance.is(25)) rules.push(["maxItems", chance.below(4)]);
  if (chance.is(15)) rules.push(["uniqueItems", true]);
  if (chance.is(10)) rules.push(["contains", randomSchema(chance, depth - 1)]);
  if (chance.is(5)) rules.push(["minContains", chance.below(3)]);
  if (chance.is(5)) rules.push(["maxContains", chance.below(3) + 1]);
  if (chance.is(3)) rules.push(["unevaluatedItems", false]);
  if (chance.is(60)) {
    return { type: "array", items: randomSchema(chance, depth), ...Object.fromEntries(rules) };
  }
  const items = Array.from({ length: chance.below(3) + 1 }, () => randomSchema(chance, depth));
  const rest: JsonObject = chance.is(60) ? { additionalItems: closing(chance, depth) } : {};
  return { type: "array", items, ...rest, ...Object.fromEntries(rules) };
}

function union(chance: Chance, depth: number): Schema {
  const keyword = chance.is(80) ? "anyOf" : "oneOf";
  if (chance.is(15)) return { [keyword]: integerRanges(chance) };
  if (chance.is(40)) {
    const kinds = chance.some(["a", "b", "c"], 60).concat("d");
    const options = kinds.map((kind): JsonObject => {
      const own = objects(chance, depth);
      const { properties = {}, required = [], ...rest } = typeof own === "object" ? own : {};
      return {
        ...rest,
        properties: { ...(properties as JsonObject), k: { const: kind } },
        required: [...(required as string[]), "k"].filter(isFirst),
      };
    });
    return { [keyword]: options };
  }
  const options = Array.from({ length: chance.below(3) + 1 }, () => randomSchema(chance, depth));
  return { [keyword]: options };
}

/** Integers in pieces, which may overlap or leave some out. */
function integerRanges(chance: Chance): readonly JsonObject[] {
  return Array.from({ length: chance.below(3) + 1 }, () => {
    const at = chance.below(5);
    return chance.of<JsonObject>([
      { const: at },
      { enum: [at, at + 1] },
      { type: "integer", minimum: at, maximum: at + chance.below(3) },
      { type: "integer", minimum: at },
      { type: "integer", exclusiveMaximum: at },
    ]);
  });
}

function intersection(chance: Chance, depth: number): Schema {
  const parts = Array.from(
    { length: chance.below(2) + 1 },
    () => chance.is(60) ? objects(chance, depth) : randomSchema(chance, depth - 1),
  );
  if (chance.is(40)) parts.push(objectUnion(chance, depth - 1));
  const rest: JsonObject = chance.is(40) ? { unevaluatedProperties: closing(chance, depth) } : {};
  return { type: "object", allOf: parts, ...rest };
}

/** Objects of which several may hold at once. */
function objectUnion(chance: Chance, depth: number): Schema {
  const options = Array.from({ length: chance.below(2) + 2 }, () => objects(chance, depth));
  return { [chance.is(70) ? "anyOf" : "oneOf"]: options };
}

function conditional(chance: Chance, depth: number): Schema {
  const own = randomSchema(chance, depth);
  const rules = typeof own === "object" ? own : {};
  // The validator cannot check patterns of names beside conditions.
  if (chance.is(50) || JSON.stringify(own).includes("patternProperties")) {
    return { ...rules, not: randomSchema(chance, depth - 1) };
  }
  const branch = () => {
    const schema = randomSchema(chance, depth - 1);
    return JSON.stringify(schema).includes("patternProperties") ? texts(chance) : schema;
  };
  return {
    ...rules,
    if: branch(),
    then: branch(),
    ...(chance.is(50) ? { else: branch() } : {}),
  };
}

/** A schema that differs a little from another one. */
export function mutated(schema: Schema, chance: Chance, depth = 3): Schema {
  if (typeof schema === "boolean") return chance.is(50) ? schema : randomSchema(chance, 1);
  if (chance.is(5)) return randomSchema(chance, depth);
  if (chance.is(8)) return { anyOf: [schema, randomSchema(chance, 1)] };
  if (chance.is(4)) return { allOf: [schema, mutated(schema, chance, depth - 1)] };
  const members = Object.entries(schema);
  const at = chance.below(Math.max(1, members.length));
  const [key, value] = members[at] ?? ["title", ""];
  const rest = Object.fromEntries(members.filter(([name]) => name !== key));
  if (chance.is(15) && key !== "type" && key !== "properties") return rest;
  return { ...rest, [key]: mutatedMember(key, value, chance, depth) };
}

function mutatedMember(key: string, value: JsonValue, chance: Chance, depth: number): JsonValue {
  if (key === "type") {
    if (value === "integer") return "number";
    if (typeof value === "string") return chance.is(60) ? [value, "null"].filter(isFirst) : value;
    return value;
  }
  if (typeof value === "number") {
    return key === "multipleOf"
      ? chance.of([1, 2, 3, 0.5, 0.1])
      : Math.max(0, value + chance.of([-1, 1, 1]));
  }
  if (key === "pattern") return chance.of(TEXT_PATTERNS);
  if (key === "format") return chance.of(FORMATS);
  if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value;
    if (key === "required") {
      return chance.some(NAMES, 20).concat(list.slice(1) as string[]).filter(isFirst);
    }
    if (key === "enum") return chance.is(60) ? [...list, "new"].filter(isFirst) : list.slice(0, 1);
    if (chance.is(30)) return [...list, randomSchema(chance, 1)];
    if (chance.is(30) && list.length > 1) return [...list].reverse();
    const place = chance.below(list.length);
    return list.map((item, i) => i === place ? mutated(item as Schema, chance, depth - 1) : item);
  }
  if (["properties", "patternProperties", "dependentSchemas"].includes(key)) {
    const map = Object.entries(value as JsonObject);
    if (map.length === 0 || chance.is(30)) {
      const name = key !== "patternProperties" ? chance.of(NAMES) : chance.of(PATTERNS);
      return Object.fromEntries([...map, [name, randomSchema(chance, 1)]]);
    }
    const place = chance.below(map.length);
    if (chance.is(15)) return Object.fromEntries(map.filter((_, i) => i !== place));
    return Object.fromEntries(
      map.map((
        [name, part],
        i,
      ) => [name, i === place ? mutated(part as Schema, chance, depth - 1) : part]),
    );
  }
  if (key === "const" || key === "dependentRequired" || key.startsWith("x-")) return value;
  if (typeof value === "object" && value !== null) {
    return mutated(value as JsonObject, chance, depth - 1);
  }
  if (typeof value === "boolean" && key !== "uniqueItems" && key !== "nullable") {
    return mutated(value, chance, depth - 1);
  }
  return value;
}

/** A value that a schema may take; often it does. */
export function randomValue(schema: Schema | undefined, chance: Chance, depth = 4): JsonValue {
  if (typeof schema !== "object" || depth <= 0 || chance.is(2)) return anything(chance, 2);
  if (schema.const !== undefined && chance.is(95)) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && chance.is(95)) {
    return chance.of(schema.enum as readonly JsonValue[]);
  }
  const unions = schema.anyOf ?? schema.oneOf;
  const options = (Array.isArray(unions) ? unions : []) as readonly Schema[];
  const parts = (Array.isArray(schema.allOf) ? schema.allOf : []) as readonly Schema[];
  const { anyOf: _any, oneOf: _one, allOf: _all, ...own } = schema;
  const values = [...parts, ...options.length > 0 ? [chance.of(options)] : []]
    .map((part) => randomValue(part, chance, depth - 1));
  if (values.length > 0) {
    const isObject = values.every((value) => typeof value === "object" && value !== null);
    if (!isObject || values.some(Array.isArray)) return chance.of(values);
    const base = schema.properties === undefined ? {} : ownValue(own, chance, depth);
    return Object.assign({}, base, ...values);
  }
  return ownValue(schema, chance, depth);
}

function ownValue(schema: JsonObject, chance: Chance, depth: number): JsonValue {
  const listed = Array.isArray(schema.type)
    ? schema.type as readonly string[]
    : [schema.type ?? "any"];
  const type = schema.nullable === true && chance.is(30) ? "null" : chance.of([...listed, ""]);
  switch (type === "" ? listed[0] : type) {
    case "null":
      return null;
    case "boolean":
      return chance.is(50);
    case "integer":
    case "number":
      return numberFor(schema, chance);
    case "string":
      return chance.is(70) ? chance.of(TEXTS) : "a".repeat(chance.below(6));
    case "array": {
      const least = typeof schema.minItems === "number" ? schema.minItems : 0;
      return Array.from({ length: least + chance.below(3) }, (_, i) => {
        const items = schema.items;
        const rest = schema.additionalItems as Schema | undefined;
        const part = Array.isArray(items) ? (items as readonly Schema[])[i] ?? rest : items;
        return randomValue(part as Schema | undefined, chance, depth - 1);
      });
    }
    case "object":
      return objectFor(schema, chance, depth);
    default:
      return anything(chance, 2);
  }
}

function numberFor(schema: JsonObject, chance: Chance): number {
  const bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
    .map((key) => schema[key]).filter((bound) => typeof bound === "number");
  const near = chance.of([...bounds, ...NUMBERS.slice(0, 4)]);
  return near + chance.of([0, 0, 1, -1, 0.5, 3]);
}

function objectFor(schema: JsonObject, chance: Chance, depth: number): JsonValue {
  const properties = (schema.properties ?? {}) as JsonObject;
  const patterns = Object.entries((schema.patternProperties ?? {}) as JsonObject);
  const required = (schema.required ?? []) as readonly string[];
  const names = new Set([...required, ...chance.some(Object.keys(properties), 60)]);
  if (chance.is(5)) names.delete(chance.of([...names, "a"]));
  const more = schema.additionalProperties !== false || patterns.length > 0;
  if (more) { for (const name of chance.some([...FRESH, ...NAMES], 15)) names.add(name); }
  return Object.fromEntries([...names].map((name) => {
    const matched = patterns.find(([pattern]) => new RegExp(pattern, "u").test(name))?.[1];
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const part = own ?? matched ?? schema.additionalProperties ?? schema.unevaluatedProperties;
    return [name, randomValue(part as Schema | undefined, chance, depth - 1)];
  }));
}

/** Any JSON at all. */
export function anything(chance: Chance, depth: number): JsonValue {
  switch (chance.below(depth > 0 ? 7 : 4)) {
    case 0:
      return chance.of([null, true, false]);
    case 1:
      return chance.of(NUMBERS);
    case 2:
    case 3:
      return chance.of(TEXTS);
    case 4:
      return Array.from({ length: chance.below(3) }, () => anything(chance, depth - 1));
    default:
      return Object.fromEntries(
        chance.some([...NAMES, ...FRESH], 20).map((name) => [name, anything(chance, depth - 1)]),
      );
  }
}
