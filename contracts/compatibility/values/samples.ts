import type { JsonObject, JsonValue } from "../../json/json.ts";
import type { Alternative, Lists, Numbers, Objects, Texts, Values } from "./alternatives.ts";
import { samplesOf } from "../../schema/formats.ts";
import { itemAt } from "./list_values.ts";
import type { OldValues } from "./old_values.ts";
import { isJsonObject, numberAt, type Schema, textAt } from "../../schema/schema_parts.ts";

const MAX_SAMPLES = 6;
const MAX_TEXT = 1000;
const MAX_ITEMS = 100;

/** Samples where everything is taken, the most usual first. */
const UNLIMITED: readonly JsonValue[] = ["a", 1, null, {}, [], true];

/** Makes values that the old schema takes, for examples. They are candidates: none is verified. */
export class Samples {
  readonly #old: OldValues;
  readonly #known = new WeakMap<Values, readonly JsonValue[]>();
  readonly #knownObjects = new WeakMap<Objects, readonly JsonObject[]>();

  /** @param old where the values come from */
  constructor(old: OldValues) {
    this.#old = old;
  }

  /** Some values of a place. */
  ofValues(values: Values): readonly JsonValue[] {
    if (values.parts.length === 0) return UNLIMITED;
    let known = this.#known.get(values);
    if (known === undefined) {
      const alternatives = this.#old.alternatives(values);
      known = alternatives.slice(0, 8).flatMap((alternative) =>
        this.of(alternative, true).slice(0, 2)
      )
        .slice(0, MAX_SAMPLES);
      this.#known.set(values, known);
    }
    return known;
  }

  /**
   * Some values of an alternative.
   *
   * @param against a schema, `true` for none, around whose bounds values are looked for
   */
  of(alternative: Alternative, against: Schema): readonly JsonValue[] {
    const hints: JsonObject = typeof against === "boolean" ? {} : against;
    return this.#candidates(alternative, hints).filter((value) =>
      alternative.parts.every((part) => this.#old.evaluator.admits(part, value) !== false)
    );
  }

  /** Values of the alternative that the schema refuses. */
  refused(alternative: Alternative, schema: Schema): readonly JsonValue[] {
    return this.of(alternative, schema)
      .filter((value) => this.#old.evaluator.admits(schema, value) === false)
      .slice(0, MAX_SAMPLES);
  }

  /** Objects of the alternative with a given member. */
  withMember(objects: Objects, name: string, value: JsonValue): readonly JsonValue[] {
    const [small] = this.#objects(objects);
    return isJsonObject(small) ? [{ ...small, ...Object.fromEntries([[name, value]]) }] : [];
  }

  /** Lists of the alternative with a given item at a place. */
  withItem(lists: Lists, place: number, value: JsonValue): readonly JsonValue[] {
    const size = Math.max(place + 1, lists.minItems);
    const items = this.#items(lists, size);
    return items === undefined ? [] : [items.map((item, i) => i === place ? value : item)];
  }

  /** A list of a size. */
  listOf(lists: Lists, size: number): readonly JsonValue[] {
    const items = this.#items(lists, size);
    return items === undefined ? [] : [items];
  }

  #candidates(alternative: Alternative, hints: JsonObject): readonly JsonValue[] {
    switch (alternative.kind) {
      case "literals":
        return alternative.values;
      case "number":
        return numberCandidates(alternative, hints);
      case "string":
        return this.#texts(alternative, hints);
      case "array":
        return this.#lists(alternative, hints);
      case "object":
        return [...this.#objects(alternative), ...this.#largeObjects(alternative, hints)];
    }
  }

  #texts(texts: Texts, hints: JsonObject): readonly string[] {
    const { minLength, maxLength, patterns } = texts;
    const pattern = textAt(hints, "pattern");
    const lengths = [
      Math.max(minLength, 1),
      minLength,
      (numberAt(hints, "minLength") ?? 1) - 1,
      (numberAt(hints, "maxLength") ?? -1) + 1,
      Math.min(maxLength, minLength + 8),
    ].filter((length) => length >= minLength && length <= maxLength && length <= MAX_TEXT);
    const found: string[] = [];
    for (const length of patterns.length === 0 ? [] : lengths) {
      const answer = this.#old.language.find({
        matching: patterns,
        refusing: pattern === undefined ? [] : [pattern],
        minLength: length,
        maxLength,
      });
      if (answer.found === "text") found.push(answer.text);
    }
    if (patterns.length > 0) {
      const plain = this.#old.language.find({
        matching: patterns,
        refusing: [],
        minLength,
        maxLength,
      });
      if (plain.found === "text") found.push(plain.text);
    }
    return [
      ...texts.formats.flatMap(samplesOf),
      ...found,
      ...lengths.flatMap((length) => ["a".repeat(length), "0".repeat(length)]),
      "?",
      "a b",
    ];
  }

  #lists(lists: Lists, hints: JsonObject): readonly JsonValue[] {
    const sizes = [
      lists.minItems,
      Math.max(1, lists.minItems),
      (numberAt(hints, "minItems") ?? 1) - 1,
      (numberAt(hints, "maxItems") ?? -1) + 1,
    ].filter((size) => size >= lists.minItems && size <= lists.maxItems);
    const found = [...new Set(sizes)].map((size) => this.#items(lists, size));
    if (hints.uniqueItems === true) {
      const [item] = this.ofValues(itemAt(lists, 0));
      const count = Math.max(2, lists.minItems);
      if (item !== undefined && count <= MAX_ITEMS) found.push(Array(count).fill(item));
    }
    return found.filter((items) => items !== undefined);
  }

  #items(lists: Lists, size: number): readonly JsonValue[] | undefined {
    if (size > MAX_ITEMS) return undefined;
    const items: JsonValue[] = [];
    for (let i = 0; i < size; i++) {
      const samples = this.ofValues(itemAt(lists, i));
      const item = lists.isUnique ? samples[i % Math.max(1, samples.length)] : samples[0];
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  /** The smallest object, and one with all members. */
  #objects(objects: Objects): readonly JsonObject[] {
    let known = this.#knownObjects.get(objects);
    if (known === undefined) this.#knownObjects.set(objects, known = this.#makeObjects(objects));
    return known;
  }

  #makeObjects(objects: Objects): readonly JsonObject[] {
    const small = this.#members(objects, [...objects.required]);
    if (small === undefined) return [];
    const names = [...objects.names, "other", "another"].slice(0, MAX_ITEMS);
    for (const name of names) {
      if (small.size >= objects.minProperties) break;
      const [value] = this.ofValues(this.#old.member(objects, name));
      if (value !== undefined) small.set(name, value);
    }
    const large = new Map(small);
    for (const name of [...objects.names].slice(0, MAX_ITEMS)) {
      const [value] = this.ofValues(this.#old.member(objects, name));
      if (value !== undefined && large.size < objects.maxProperties) large.set(name, value);
    }
    const smallest = Object.fromEntries(small);
    return large.size > small.size ? [smallest, Object.fromEntries(large)] : [smallest];
  }

  /** Objects with more members than the new schema takes. */
  #largeObjects(objects: Objects, hints: JsonObject): readonly JsonObject[] {
    const size = (numberAt(hints, "maxProperties") ?? Infinity) + 1;
    const [small] = this.#objects(objects);
    const [value] = this.ofValues(objects.rest);
    if (size > MAX_ITEMS || small === undefined || value === undefined) return [];
    const members = new Map<string, JsonValue>(Object.entries(small));
    for (let i = 1; members.size < size; i++) members.set(`other${i}`, value);
    return [Object.fromEntries(members)];
  }

  #members(objects: Objects, names: readonly string[]): Map<string, JsonValue> | undefined {
    const members = new Map<string, JsonValue>();
    for (const name of names) {
      const [value] = this.ofValues(this.#old.member(objects, name));
      if (value === undefined) return undefined;
      members.set(name, value);
    }
    return members;
  }
}

function numberCandidates(numbers: Numbers, hints: JsonObject): readonly number[] {
  const { minimum, maximum, multiples, isInteger } = numbers;
  const bounds = [minimum.value, maximum.value];
  for (const keyword of ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) {
    bounds.push(numberAt(hints, keyword) ?? 0);
  }
  const around = bounds.filter((bound) => Number.isFinite(bound))
    .flatMap((bound) => [bound, bound - 1, bound + 1, bound - 0.5, bound + 0.5]);
  if (bounds.slice(0, 2).every((bound) => Number.isFinite(bound))) {
    around.push((minimum.value + maximum.value) / 2);
  }
  const steps = multiples.flatMap((step) =>
    around.flatMap((near) => [Math.floor(near / step) * step, Math.ceil(near / step) * step])
  );
  // Positive numbers read better in examples, and zero is a multiple of everything.
  const usual = [1, 0, 0.5, 2, 3, 5, 7, -1, 2 ** 31, 1e300];
  const all = [...usual, ...around, ...multiples, ...steps];
  return [...new Set(all)].filter((value) => Number.isFinite(value))
    .filter((value) => !isInteger || Number.isInteger(value))
    .filter((value) => minimum.isOpen ? value > minimum.value : value >= minimum.value)
    .filter((value) => maximum.isOpen ? value < maximum.value : value <= maximum.value);
}
