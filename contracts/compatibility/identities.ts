import type { JsonObject, JsonValue } from "../json/json.ts";
import { ANNOTATIONS, ONE_SCHEMA, SCHEMA_LIST, SCHEMA_MAP, UNORDERED } from "../schema/keywords.ts";
import { isJsonObject, isSchema, type Schema } from "../schema/schema_parts.ts";
import type { Steps } from "../patterns/steps.ts";

/**
 * Gives equal schemas equal numbers, so that a proof sees at once that two parts are equal. The
 * order of members, of `required`, `enum`, `type` and of alternatives says nothing.
 */
export class Identities {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();
  readonly #steps: Steps;
  readonly #withAnnotations: boolean;

  /** @param withAnnotations whether schemas that differ in annotations only are different */
  constructor(steps: Steps, withAnnotations: boolean) {
    this.#steps = steps;
    this.#withAnnotations = withAnnotations;
  }

  /** The number of a schema; every schema that is equal to it has the same. */
  of(schema: Schema): number {
    if (typeof schema === "boolean") return this.#number(schema ? "T" : "F");
    let number = this.#known.get(schema);
    if (number === undefined) {
      this.#steps.take();
      number = this.#number(`S${this.#keywords(schema)}`);
      this.#known.set(schema, number);
    }
    return number;
  }

  /** The number of some keywords of a schema, taken together. */
  ofKeywords(schema: JsonObject, keywords: readonly string[]): number {
    const members = keywords.filter((keyword) => Object.hasOwn(schema, keyword))
      .map((keyword) => [keyword, this.#keyword(keyword, schema[keyword] ?? null)] as const);
    return this.#number(`K${JSON.stringify(members)}`);
  }

  /** The number of plain data. */
  ofData(value: JsonValue): number {
    return this.#number(`D${data(value)}`);
  }

  #keywords(schema: JsonObject): string {
    const keywords = Object.keys(schema).sort()
      .filter((keyword) => this.#withAnnotations || !ANNOTATIONS.has(keyword));
    return keywords.map((keyword) =>
      `${JSON.stringify(keyword)}:${this.#keyword(keyword, schema[keyword] ?? null)}`
    ).join();
  }

  #keyword(keyword: string, value: JsonValue): string {
    if (Array.isArray(value)) {
      if (SCHEMA_LIST.has(keyword)) return `{${value.map((item) => this.#any(item)).sort()}}`;
      if (keyword === "items") return `[${value.map((item) => this.#any(item))}]`;
      if (UNORDERED.has(keyword)) return `{${value.map((item) => this.ofData(item)).sort()}}`;
    } else if (keyword === "type") {
      return `{${this.ofData(value)}}`;
    } else if (ONE_SCHEMA.has(keyword)) {
      return this.#any(value);
    } else if (SCHEMA_MAP.has(keyword) && isJsonObject(value)) {
      const members = Object.keys(value).sort().map((name) =>
        `${JSON.stringify(name)}:${this.#any(value[name] ?? null)}`
      );
      return `{${members}}`;
    }
    return String(this.ofData(value));
  }

  #any(value: JsonValue): string {
    return String(isSchema(value) ? this.of(value) : this.ofData(value));
  }

  #number(key: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, number = this.#numbers.size);
    return number;
  }
}

/** Writes data with sorted members; lone surrogates, which canonical JSON refuses, are data too. */
function data(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(data)}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort()
    .map((key) => `${JSON.stringify(key)}:${data(value[key] ?? null)}`);
  return `{${members}}`;
}
