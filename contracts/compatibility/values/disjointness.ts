import type { JsonObject } from "../../json/json.ts";
import type { Alternative, Numbers, Objects, Texts, Values } from "./alternatives.ts";
import type { Evaluator } from "./evaluator.ts";
import type { OldValues } from "./old_values.ts";
import type { PatternLanguage } from "../../patterns/pattern_language.ts";
import {
  literalsOf,
  namesAt,
  numberAt,
  type Schema,
  schemaAt,
  schemaMapAt,
  schemasAt,
  textAt,
  typesOf,
} from "../../schema/schema_parts.ts";

/** Proves that a schema takes none of the old values. */
export class Disjointness {
  readonly #old: OldValues;
  readonly #evaluator: Evaluator;
  readonly #language: PatternLanguage;

  /** @param old where the values come from */
  constructor(old: OldValues) {
    this.#old = old;
    this.#evaluator = old.evaluator;
    this.#language = old.language;
  }

  /** True when it is proved that the schema takes no value of the alternative. */
  isDisjoint(alternative: Alternative, schema: Schema): boolean {
    this.#old.steps.take();
    if (typeof schema === "boolean") return !schema;
    if (alternative.kind === "literals") {
      return alternative.values.every((value) => this.#evaluator.admits(schema, value) === false);
    }
    const types = typesOf(schema);
    const { kind, parts } = alternative;
    if (types !== undefined && !types.has(kind) && !(kind === "number" && types.has("integer"))) {
      return true;
    }
    const isRefused = literalsOf(schema)?.every((value) =>
      parts.some((part) => this.#evaluator.admits(part, value) === false)
    );
    return isRefused === true || this.#areBoundsDisjoint(alternative, schema) ||
      schemasAt(schema, "allOf").some((part) => this.isDisjoint(alternative, part)) ||
      ["anyOf", "oneOf"].some((list) =>
        schema[list] !== undefined &&
        schemasAt(schema, list).every((option) => this.isDisjoint(alternative, option))
      );
  }

  #areBoundsDisjoint(alternative: Alternative, schema: JsonObject): boolean {
    const number = (keyword: string, absent: number) => numberAt(schema, keyword) ?? absent;
    switch (alternative.kind) {
      case "number":
        return areNumbersDisjoint(alternative, schema);
      case "string":
        return alternative.minLength > number("maxLength", Infinity) ||
          alternative.maxLength < number("minLength", 0) ||
          this.#arePatternsDisjoint(alternative, schema);
      case "array":
        return alternative.minItems > number("maxItems", Infinity) ||
          alternative.maxItems < number("minItems", 0);
      case "object":
        return this.#areMembersDisjoint(alternative, schema);
      default:
        return false;
    }
  }

  #arePatternsDisjoint(texts: Texts, schema: JsonObject): boolean {
    const pattern = textAt(schema, "pattern");
    if (pattern === undefined || texts.bounds.length === 0) return false;
    return this.#language.find({
      matching: [...texts.bounds, pattern],
      refusing: [],
      minLength: texts.minLength,
      maxLength: texts.maxLength,
    }).found === "none";
  }

  #areMembersDisjoint(objects: Objects, schema: JsonObject): boolean {
    const properties = schemaMapAt(schema, "properties");
    const theirs = namesAt(schema, "required");
    for (const name of theirs) {
      if (this.#old.forbids(objects, name)) return true;
    }
    for (const name of new Set([...theirs, ...objects.required])) {
      const part = properties.get(name);
      if (part !== undefined && this.#areDisjoint(this.#old.member(objects, name), part)) {
        return true;
      }
    }
    const isClosed = schemaAt(schema, "additionalProperties") === false &&
      schema.patternProperties === undefined;
    return isClosed && [...objects.required].some((name) => !properties.has(name));
  }

  #areDisjoint(values: Values, schema: Schema): boolean {
    return this.#old.alternatives(values).every((alternative) =>
      this.isDisjoint(alternative, schema)
    );
  }
}

function areNumbersDisjoint(numbers: Numbers, schema: JsonObject): boolean {
  const number = (keyword: string, absent: number) => numberAt(schema, keyword) ?? absent;
  const { minimum, maximum } = numbers;
  return minimum.value > number("maximum", Infinity) ||
    maximum.value < number("minimum", -Infinity) ||
    minimum.value >= number("exclusiveMaximum", Infinity) ||
    maximum.value <= number("exclusiveMinimum", -Infinity);
}
