import type { JsonObject, JsonValue } from "../../json/json.ts";
import { hasFormat, hasNumberFormat } from "../../schema/formats.ts";
import { hasRules } from "../../schema/keywords.ts";
import { characters, isMultiple } from "../../schema/scalar_rules.ts";
import type { PatternLanguage } from "../../patterns/pattern_language.ts";
import { every, isSameJson, negated, some } from "../../schema/same_json.ts";
import {
  dependentNames,
  isJsonObject,
  isOfType,
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
import type { Steps } from "../../patterns/steps.ts";

/** Whether a schema takes a value; undefined when that cannot be decided. */
export type Answer = boolean | undefined;

/**
 * Checks values against schemas as the validator does, without compiling anything (which takes
 * milliseconds), within a budget, and never running a pattern.
 */
export class Evaluator {
  readonly #steps: Steps;
  readonly #language: PatternLanguage;
  readonly #maps = new WeakMap<JsonObject, Map<string, ReadonlyMap<string, Schema>>>();

  /**
   * @param steps pays for the work
   * @param language knows what patterns match
   */
  constructor(steps: Steps, language: PatternLanguage) {
    this.#steps = steps;
    this.#language = language;
  }

  /** Whether a schema takes a value. */
  admits(schema: Schema, value: JsonValue): Answer {
    this.#steps.take();
    if (typeof schema === "boolean") return schema;
    if (!isOfType(typesOf(schema), value)) return false;
    return every([
      () => this.#isListed(schema, value),
      () => this.#fitsKind(schema, value),
      () => this.#fitsAlternatives(schema, value),
      () => this.#fitsCondition(schema, value),
    ], (test) => test());
  }

  #map(schema: JsonObject, keyword: string): ReadonlyMap<string, Schema> {
    let maps = this.#maps.get(schema);
    if (maps === undefined) this.#maps.set(schema, maps = new Map());
    let map = maps.get(keyword);
    if (map === undefined) maps.set(keyword, map = schemaMapAt(schema, keyword));
    return map;
  }

  #fitsKind(schema: JsonObject, value: JsonValue): Answer {
    if (typeof value === "number") return this.#fitsNumber(schema, value);
    if (typeof value === "string") return this.#fitsText(schema, value);
    if (Array.isArray(value)) return this.#fitsList(schema, value);
    return isJsonObject(value) ? this.#fitsObject(schema, value) : true;
  }

  #isListed(schema: JsonObject, value: JsonValue): Answer {
    const literals = literalsOf(schema);
    if (literals === undefined) return true;
    this.#steps.take(literals.length / 8);
    const isOne = some(literals, (literal) => isSameJson(literal, value));
    if (!Object.hasOwn(schema, "const") || !Array.isArray(schema.enum)) return isOne;
    return every([
      isOne,
      some(schema.enum, (literal) => isSameJson(literal, value)),
    ], (holds) => holds);
  }

  #fitsNumber(schema: JsonObject, value: number): Answer {
    const minimum = numberAt(schema, "minimum");
    const maximum = numberAt(schema, "maximum");
    const above = numberAt(schema, "exclusiveMinimum");
    const below = numberAt(schema, "exclusiveMaximum");
    const step = numberAt(schema, "multipleOf");
    if (minimum !== undefined && value < minimum) return false;
    if (maximum !== undefined && value > maximum) return false;
    if (above !== undefined && value <= above) return false;
    if (below !== undefined && value >= below) return false;
    if (step !== undefined && !isMultiple(value, step)) return false;
    return hasNumberFormat(textAt(schema, "format") ?? "", value);
  }

  #fitsText(schema: JsonObject, value: string): Answer {
    const minimum = numberAt(schema, "minLength") ?? 0;
    const maximum = numberAt(schema, "maxLength") ?? Infinity;
    if (minimum > 0 || maximum < Infinity) {
      const length = characters(value);
      if (length < minimum || length > maximum) return false;
    }
    const pattern = textAt(schema, "pattern");
    const format = textAt(schema, "format");
    return every([
      pattern === undefined ? true : this.#language.matches(pattern, value),
      format === undefined ? true : hasFormat(format, value),
    ], (holds) => holds);
  }

  #fitsList(schema: JsonObject, value: readonly JsonValue[]): Answer {
    if (value.length < (numberAt(schema, "minItems") ?? 0)) return false;
    if (value.length > (numberAt(schema, "maxItems") ?? Infinity)) return false;
    return every([
      () => this.#fitsItems(schema, value),
      () => schema.uniqueItems !== true ? true : this.#areDifferent(value),
      () => this.#contains(schema, value),
      () => schema.unevaluatedItems === undefined || value.length === 0 ? true : undefined,
    ], (test) => test());
  }

  #fitsItems(schema: JsonObject, value: readonly JsonValue[]): Answer {
    if (!Array.isArray(schema.items)) {
      const items = schemaAt(schema, "items") ?? true;
      return every(value, (item) => this.admits(items, item));
    }
    const places = schemasAt(schema, "items");
    const rest = schemaAt(schema, "additionalItems") ?? true;
    return every(value, (item, i) => this.admits(places[i] ?? rest, item));
  }

  #areDifferent(value: readonly JsonValue[]): Answer {
    this.#steps.take(value.length * value.length / 8);
    return every(
      value,
      (item, i) => every(value.slice(0, i), (other) => negated(isSameJson(item, other))),
    );
  }

  #contains(schema: JsonObject, value: readonly JsonValue[]): Answer {
    const contained = schemaAt(schema, "contains");
    if (contained === undefined) return true;
    const answers = value.map((item) => this.admits(contained, item));
    const least = answers.filter((answer) => answer === true).length;
    const most = answers.filter((answer) => answer !== false).length;
    const minimum = numberAt(schema, "minContains") ?? 1;
    const maximum = numberAt(schema, "maxContains") ?? Infinity;
    if (most < minimum || least > maximum) return false;
    return least >= minimum && most <= maximum ? true : undefined;
  }

  #fitsObject(schema: JsonObject, value: JsonObject): Answer {
    const names = Object.keys(value);
    if (!namesAt(schema, "required").every((name) => Object.hasOwn(value, name))) return false;
    if (names.length < (numberAt(schema, "minProperties") ?? 0)) return false;
    if (names.length > (numberAt(schema, "maxProperties") ?? Infinity)) return false;
    for (const [name, others] of dependentNames(schema)) {
      if (!Object.hasOwn(value, name)) continue;
      if (!others.every((other) => Object.hasOwn(value, other))) return false;
    }
    return every([
      () => this.#fitsMembers(schema, value),
      () => this.#fitsNames(schema, names),
      () => this.#fitsDependents(schema, value),
      () => this.#fitsUnevaluated(schema, value),
    ], (test) => test());
  }

  #fitsMembers(schema: JsonObject, value: JsonObject): Answer {
    const properties = this.#map(schema, "properties");
    const patterns = this.#map(schema, "patternProperties");
    const rest = schemaAt(schema, "additionalProperties");
    return every(Object.keys(value), (name) => {
      const member = value[name] ?? null;
      const getOwn = properties.get(name);
      const matches = [...patterns].map(([pattern, part]) =>
        [this.#language.matches(pattern, name), part] as const
      );
      const matched = some(matches, ([holds]) => holds);
      const fits = every([
        getOwn === undefined ? true : this.admits(getOwn, member),
        every(matches, ([holds, part]) => {
          if (holds === false) return true;
          const answer = this.admits(part, member);
          return holds === true || answer === true ? answer : undefined;
        }),
      ], (answer) => answer);
      if (fits === false || getOwn !== undefined || rest === undefined || matched === true) {
        return fits;
      }
      const answer = this.admits(rest, member);
      return every([fits, matched === false || answer === true ? answer : undefined], (a) => a);
    });
  }

  #fitsNames(schema: JsonObject, names: readonly string[]): Answer {
    const allowed = schemaAt(schema, "propertyNames");
    return allowed === undefined ? true : every(names, (name) => this.admits(allowed, name));
  }

  #fitsDependents(schema: JsonObject, value: JsonObject): Answer {
    return every(
      this.#map(schema, "dependentSchemas"),
      ([name, part]) => Object.hasOwn(value, name) ? this.admits(part, value) : true,
    );
  }

  #fitsUnevaluated(schema: JsonObject, value: JsonObject): Answer {
    const rest = schemaAt(schema, "unevaluatedProperties");
    if (rest === undefined) return true;
    return every(Object.keys(value), (name) => {
      const answer = this.admits(rest, value[name] ?? null);
      if (answer === true) return true;
      // The validator finds inherited names, such as "constructor", among those it has seen.
      if (name in Object.prototype) return undefined;
      const seen = this.#evaluates(schema, value, name, true);
      if (seen === undefined) return undefined;
      return seen || answer;
    });
  }

  /** Whether a schema that takes an object says something of one of its members. */
  #evaluates(schema: Schema, value: JsonObject, name: string, isTop = false): Answer {
    this.#steps.take();
    if (typeof schema === "boolean") return false;
    if (schema.additionalProperties !== undefined) return true;
    if (!isTop && schema.unevaluatedProperties !== undefined) return true;
    if (this.#map(schema, "properties").has(name)) return true;
    const within = (part: Schema): Answer =>
      every([
        () => this.#evaluates(part, value, name),
        () => this.admits(part, value),
      ], (test) => test());
    const condition = schemaAt(schema, "if");
    return some([
      () =>
        some(
          this.#map(schema, "patternProperties").keys(),
          (pattern) => this.#language.matches(pattern, name),
        ),
      ...["allOf", "anyOf", "oneOf"].map((list) => () => some(schemasAt(schema, list), within)),
      () =>
        some(
          this.#map(schema, "dependentSchemas"),
          ([key, part]) => Object.hasOwn(value, key) ? within(part) : false,
        ),
      () => {
        const hasBranch = ["then", "else"].some((key) => hasRules(schemaAt(schema, key) ?? true));
        if (condition === undefined || !hasBranch) return false;
        const holds = this.admits(condition, value);
        if (holds === undefined) return undefined;
        // The validator counts what a condition looks at even where it does not hold.
        if (!holds && this.#evaluates(condition, value, name) !== false) return undefined;
        const branch = schemaAt(schema, holds ? "then" : "else");
        return some([
          () => holds && this.#evaluates(condition, value, name),
          () => branch === undefined ? false : within(branch),
        ], (test) => test());
      },
    ], (test) => test());
  }

  #fitsAlternatives(schema: JsonObject, value: JsonValue): Answer {
    const not = schemaAt(schema, "not");
    return every([
      () => every(schemasAt(schema, "allOf"), (part) => this.admits(part, value)),
      () =>
        schema.anyOf === undefined
          ? true
          : some(schemasAt(schema, "anyOf"), (part) => this.admits(part, value)),
      () => this.#fitsExactlyOne(schema, value),
      () => not === undefined ? true : negated(this.admits(not, value)),
    ], (test) => test());
  }

  #fitsExactlyOne(schema: JsonObject, value: JsonValue): Answer {
    if (schema.oneOf === undefined) return true;
    const answers = schemasAt(schema, "oneOf").map((part) => this.admits(part, value));
    const sure = answers.filter((answer) => answer === true).length;
    const possible = answers.filter((answer) => answer !== false).length;
    if (sure > 1 || possible === 0) return false;
    return sure === 1 && possible === 1 ? true : undefined;
  }

  #fitsCondition(schema: JsonObject, value: JsonValue): Answer {
    const condition = schemaAt(schema, "if");
    if (condition === undefined) return true;
    // With patterns of names beside a condition, the validator fails, and then refuses.
    if (schema.patternProperties !== undefined && isJsonObject(value)) return undefined;
    const holds = this.admits(condition, value);
    if (holds !== undefined) {
      return this.admits(schemaAt(schema, holds ? "then" : "else") ?? true, value);
    }
    const both = ["then", "else"].map((branch) =>
      this.admits(schemaAt(schema, branch) ?? true, value)
    );
    return both.every((answer) => answer === both[0]) ? both[0] : undefined;
  }
}
