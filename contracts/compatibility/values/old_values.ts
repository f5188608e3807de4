import type { JsonObject, JsonValue } from "../../json/json.ts";
import type { Alternative, Objects, Values } from "./alternatives.ts";
import type { Evaluator } from "./evaluator.ts";
import { isAnything, meaningOf } from "../../schema/keywords.ts";
import { listsOf } from "./list_values.ts";
import { memberValues, objectsOf } from "./object_values.ts";
import type { PatternLanguage } from "../../patterns/pattern_language.ts";
import { numbersOf, textsOf } from "./scalar_values.ts";
import {
  type JsonKind,
  literalsOf,
  type Schema,
  schemaAt,
  schemasAt,
  typesOf,
} from "../../schema/schema_parts.ts";
import type { Steps } from "../../patterns/steps.ts";

const KINDS: readonly JsonKind[] = ["null", "boolean", "number", "string", "array", "object"];
/** More combinations of alternatives than this are not looked at one by one. */
const MAX_COMBINATIONS = 512;
/** Of at most so many alternatives, every combination is looked at where it matters which ones hold. */
const MAX_COMBINED = 4;

/** Alternatives of which a value fits one at least, or with `oneOf` exactly one. */
interface Union {
  readonly keyword: "anyOf" | "oneOf";
  readonly options: readonly Schema[];
}

/** Schemas that hold together, and the unions of which a choice is still to be made. */
interface Choice {
  readonly parts: readonly JsonObject[];
  readonly unions: readonly Union[];
  /** Alternatives that none of the values fits: a choice was made without them. */
  readonly refused: ReadonlySet<Schema>;
  readonly kinds: ReadonlySet<JsonKind>;
}

/** Splits the old schema into alternatives, place by place, when they are asked for. */
export class OldValues {
  readonly #known = new WeakMap<Values, readonly Alternative[]>();
  readonly #own = new WeakMap<JsonObject, JsonObject>();
  readonly #like = new WeakMap<Objects, Map<string, Values>>();
  readonly #members = new WeakMap<Objects, Map<string, Values>>();

  /** The three pay for, and do, the work. */
  constructor(
    readonly steps: Steps,
    readonly evaluator: Evaluator,
    readonly language: PatternLanguage,
  ) {}

  /** The values at a place, by type and alternative; none when no value fits. */
  alternatives(values: Values): readonly Alternative[] {
    let known = this.#known.get(values);
    if (known === undefined) this.#known.set(values, known = this.#split(values.parts));
    return known;
  }

  /** What the member of a name has; the same object for the same name. */
  member(objects: Objects, name: string): Values {
    let members = this.#members.get(objects);
    if (members === undefined) this.#members.set(objects, members = new Map());
    let values = members.get(name);
    if (values === undefined) {
      members.set(name, values = memberValues(objects, name, this.language));
    }
    return values;
  }

  /** What members have whose names match a pattern of the old schema. */
  membersLike(objects: Objects, pattern: string): Values {
    let members = this.#like.get(objects);
    if (members === undefined) this.#like.set(objects, members = new Map());
    let values = members.get(pattern);
    if (values === undefined) {
      const parts = objects.layers.map((layer) => layer.patterns.get(pattern))
        .filter((part) => part !== undefined);
      members.set(pattern, values = { parts });
    }
    return values;
  }

  /** True when the old schema never has a member of the name. */
  forbids(objects: Objects, name: string): boolean {
    return this.isEmpty(this.member(objects, name));
  }

  /** True when no value fits, as far as that is plain to see. */
  isEmpty(values: Values): boolean {
    return this.alternatives(values).length === 0;
  }

  #split(schemas: readonly Schema[]): readonly Alternative[] {
    const nothing = { parts: [], unions: [], refused: new Set<Schema>(), kinds: new Set(KINDS) };
    const first = this.#add(nothing, schemas);
    if (first === undefined) return [];
    if (first.parts.some((part) => literalsOf(part) !== undefined)) {
      // A list of values says all: the rest only takes some of them out.
      return this.#literalsOf(first.parts, (part, value) => this.evaluator.admits(part, value));
    }
    const found: Alternative[] = [];
    for (const choice of this.#choose(first)) found.push(...this.#alternativesOf(choice));
    return joinLiterals(found, first.parts);
  }

  /** Adds schemas that hold too; undefined when nothing can fit any more. */
  #add(choice: Choice, schemas: readonly Schema[]): Choice | undefined {
    const parts = [...choice.parts];
    const unions = [...choice.unions];
    let kinds = choice.kinds;
    const open = [...schemas].reverse();
    for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
      this.steps.take();
      if (schema === false) return undefined;
      if (schema === true || isAnything(schema)) continue;
      parts.push(schema);
      kinds = narrowKinds(kinds, schema);
      if (kinds.size === 0) return undefined;
      for (const part of [...schemasAt(schema, "allOf")].reverse()) open.push(part);
      for (const keyword of ["anyOf", "oneOf"] as const) {
        if (schema[keyword] === undefined) continue;
        unions.push({ keyword, options: schemasAt(schema, keyword) });
      }
    }
    if (parts.some((part) => choice.refused.has(part))) return undefined;
    return { ...choice, parts, unions, kinds };
  }

  #choose(first: Choice): readonly Choice[] {
    let open: Choice[] = [first];
    while (open.some(({ unions }) => unions.length > 0)) {
      const next: Choice[] = [];
      const most = open.reduce((sum, choice) => sum + combinations(choice).length, 0);
      // Too many: passing over a union only makes the bound wider.
      const isTooMuch = open.length > 1 && most > MAX_COMBINATIONS;
      for (const choice of open) {
        const [union, ...unions] = choice.unions;
        const rest = { ...choice, unions };
        if (union === undefined || isTooMuch) {
          next.push(rest);
          continue;
        }
        for (const { chosen, refused } of combinations(choice)) {
          this.steps.take(choice.parts.length / 4);
          const others = new Set([...choice.refused, ...refused]);
          const added = this.#add({ ...rest, refused: others }, chosen);
          if (added !== undefined) next.push(added);
        }
      }
      open = next;
    }
    return open;
  }

  #alternativesOf({ parts, refused, kinds }: Choice): readonly Alternative[] {
    this.steps.take(parts.length * 3);
    const fits = (part: JsonObject, value: JsonValue) =>
      this.evaluator.admits(this.#withoutChoices(part), value);
    if (parts.some((part) => literalsOf(part) !== undefined)) return this.#literalsOf(parts, fits);
    const few = [null, false, true].filter((value) =>
      kinds.has(value === null ? "null" : "boolean") &&
      parts.every((part) => fits(part, value) !== false)
    );
    const found: Alternative[] = few.length === 0 ? [] : [
      { kind: "literals", parts, values: few },
    ];
    if (kinds.has("number")) found.push(...numbersOf(parts));
    if (kinds.has("string")) found.push(...textsOf(parts));
    if (kinds.has("array")) found.push(...listsOf(parts));
    if (kinds.has("object")) found.push(...objectsOf(parts, refused));
    return found;
  }

  #literalsOf(
    parts: readonly JsonObject[],
    fits: (part: JsonObject, value: JsonValue) => boolean | undefined,
  ): readonly Alternative[] {
    const listed = parts.map(literalsOf).filter((values) => values !== undefined);
    const shortest = listed.sort((a, b) => a.length - b.length)[0] ?? [];
    const values = shortest.filter((value) => parts.every((part) => fits(part, value) !== false));
    return values.length === 0 ? [] : [{ kind: "literals", parts, values }];
  }

  /** The part without the schemas that it names: those are parts too, or a choice was made. */
  #withoutChoices(part: JsonObject): JsonObject {
    let own = this.#own.get(part);
    if (own === undefined) {
      const { allOf: _all, anyOf: _any, ...rest } = part;
      this.#own.set(part, own = rest);
    }
    return own;
  }
}

/** Ways to choose among the alternatives of the next union; one that chooses nothing without a union. */
function combinations({ parts, unions, refused }: Choice): readonly {
  readonly chosen: readonly Schema[];
  readonly refused: readonly Schema[];
}[] {
  const [union] = unions;
  if (union === undefined) return [{ chosen: [], refused: [] }];
  const options = union.options.filter((option) => !refused.has(option));
  if (union.keyword === "oneOf") {
    const objects = options.filter((option) => typeof option === "object");
    return options.map((option) => ({
      chosen: [option],
      refused: objects.filter((other) => other !== option),
    }));
  }
  // Which alternatives hold decides which members a closed object looks at.
  const isClosed = parts.some((part) =>
    !isAnything(schemaAt(part, "unevaluatedProperties") ?? true)
  );
  if (!isClosed || options.length > MAX_COMBINED || options.some(isAnything)) {
    return options.map((option) => ({ chosen: [option], refused: [] }));
  }
  const subsets = Array.from({ length: 2 ** options.length - 1 }, (_, i) => i + 1);
  return subsets.map((bits) => ({
    chosen: options.filter((_, i) => (bits >> i) % 2 === 1),
    refused: options.filter((_, i) => (bits >> i) % 2 === 0),
  }));
}

function narrowKinds(kinds: ReadonlySet<JsonKind>, schema: JsonObject): ReadonlySet<JsonKind> {
  const types = typesOf(schema);
  const not = schemaAt(schema, "not");
  const excluded = typeof not === "object" && Object.keys(not).join() === "type"
    ? typesOf(not)
    : undefined;
  if (types === undefined && excluded === undefined) return kinds;
  return new Set([...kinds].filter((kind) => {
    const isTaken = types === undefined || types.has(kind) ||
      (kind === "number" && types.has("integer"));
    return isTaken && !(excluded?.has(kind) ?? false);
  }));
}

/** Joins literals of many alternatives: a union of constants is a list of values. */
function joinLiterals(
  found: readonly Alternative[],
  parts: readonly JsonObject[],
): readonly Alternative[] {
  const plain = found.filter((alternative) =>
    alternative.kind === "literals" && alternative.parts.every((part) => meaningOf(part).size === 0)
  );
  if (plain.length < 2) return found;
  const values = plain.flatMap((alternative) =>
    alternative.kind === "literals" ? alternative.values : []
  );
  const rest = found.filter((alternative) => !plain.includes(alternative));
  return [{ kind: "literals", parts, values }, ...rest];
}
