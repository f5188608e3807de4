import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Alternative, Values } from "./values/alternatives.ts";
import { Disjointness } from "./values/disjointness.ts";
import type { Evaluator } from "./values/evaluator.ts";
import type { Identities } from "./identities.ts";
import { listIssues } from "./include_lists.ts";
import { literalIssues } from "./include_literals.ts";
import { objectIssues } from "./include_objects.ts";
import { keywordIssue, numberIssues, textIssues } from "./include_scalars.ts";
import { unionIssues, variantIssue } from "./include_unions.ts";
import { type Issue, type Meaning, type Proof, PROVED, shown, where } from "./issue.ts";
import { meaningOf } from "../schema/keywords.ts";
import type { OldValues } from "./values/old_values.ts";
import type { PatternLanguage } from "../patterns/pattern_language.ts";
import { Samples } from "./values/samples.ts";
import {
  isOfType,
  kindOf,
  literalsOf,
  type Schema,
  schemasAt,
  typesOf,
} from "../schema/schema_parts.ts";
import type { Steps } from "../patterns/steps.ts";

const NO_MEANING: Meaning = new Set();
/** Integers in a range of at most this size are checked one by one. */
const MAX_RANGE = 100;

/**
 * Proves that a new schema takes every value that an old one declares, keyword by keyword. The old
 * side is an upper bound, so that what is proved for it holds for all values.
 */
export class Inclusion implements Proof {
  readonly steps: Steps;
  readonly evaluator: Evaluator;
  readonly language: PatternLanguage;
  readonly samples: Samples;
  readonly #disjointness: Disjointness;
  readonly #known = new WeakMap<Values, Map<Schema, Map<string, readonly Issue[]>>>();

  /** Both are for one comparison. */
  constructor(readonly old: OldValues, readonly identities: Identities) {
    this.steps = old.steps;
    this.evaluator = old.evaluator;
    this.language = old.language;
    this.samples = new Samples(old);
    this.#disjointness = new Disjointness(old);
  }

  /** Why the new schema may refuse some of the values; none when it takes them all. */
  compare(values: Values, schema: Schema, path: string): readonly Issue[] {
    this.steps.take();
    const number = this.identities.of(schema);
    if (values.parts.some((part) => this.identities.of(part) === number)) return PROVED;
    let bySchema = this.#known.get(values);
    if (bySchema === undefined) this.#known.set(values, bySchema = new Map());
    let byPath = bySchema.get(schema);
    if (byPath === undefined) bySchema.set(schema, byPath = new Map());
    let issues = byPath.get(path);
    if (issues === undefined) byPath.set(path, issues = this.#compare(values, schema, path));
    return issues;
  }

  /** The same for one alternative. */
  include(
    alternative: Alternative,
    schema: Schema,
    path: string,
    meaning?: Meaning,
  ): readonly Issue[] {
    return this.#include(alternative, schema, path, meaning, true);
  }

  /** True when it is proved that the schema takes no value of the alternative. */
  isDisjoint(alternative: Alternative, schema: Schema): boolean {
    return this.#disjointness.isDisjoint(alternative, schema);
  }

  #compare(values: Values, schema: Schema, path: string): readonly Issue[] {
    const alternatives = this.old.alternatives(values);
    if (schema === false) return this.#forbidden(alternatives, path);
    if (typeof schema === "boolean") {
      return alternatives.flatMap((alternative) =>
        this.#include(alternative, schema, path, NO_MEANING, true)
      );
    }
    const issues = [...this.#typeIssues(alternatives, schema, path)];
    for (const alternative of alternatives) {
      if (!isTakenType(alternative, schema)) continue;
      const found = this.#include(alternative, schema, path, NO_MEANING, false);
      const isVariant = found.length > 0 && alternative.kind === "object" &&
        alternatives.length > 1 && this.isDisjoint(alternative, schema);
      if (isVariant) issues.push(variantIssue(this, alternative, path, "is refused now"));
      else issues.push(...found);
    }
    return issues;
  }

  #include(
    alternative: Alternative,
    schema: Schema,
    path: string,
    outer: Meaning | undefined,
    isTypeOpen: boolean,
  ): readonly Issue[] {
    this.steps.take(1 + alternative.parts.length / 8);
    if (schema === false) return this.#forbidden([alternative], path);
    const own = typeof schema === "boolean" ? {} : schema;
    const meaning = outer === undefined ? undefined : this.#meaning(own, outer);
    const isUnion = own.anyOf !== undefined || own.oneOf !== undefined;
    const issues = meaning === undefined || isUnion
      ? []
      : this.#meaningIssues(alternative, own, path, meaning);
    if (typeof schema === "boolean" || this.#isDemanded(alternative, schema)) return issues;
    if (isTypeOpen) {
      const typed = this.#typeIssues([alternative], schema, path);
      if (typed.length > 0 && alternative.kind !== "literals") return [...issues, ...typed];
      issues.push(...typed);
    }
    issues.push(...this.#keywordIssues(alternative, schema, path));
    schemasAt(schema, "allOf").forEach((part, i) => {
      issues.push(...this.include(alternative, part, appendPointer(path, "allOf", i)));
    });
    issues.push(...unionIssues(this, alternative, schema, path, meaning));
    return issues;
  }

  /** True when all values fit the very same schema. */
  #isDemanded({ parts }: Alternative, schema: JsonObject): boolean {
    const number = this.identities.of(schema);
    return parts.some((part) => this.identities.of(part) === number);
  }

  #keywordIssues(alternative: Alternative, schema: JsonObject, path: string): readonly Issue[] {
    if (alternative.kind === "literals") return literalIssues(this, alternative, schema, path);
    const listed = literalsOf(schema);
    if (listed !== undefined && !this.#areAllListed(alternative, schema)) {
      return [keywordIssue(this, alternative, schema, {
        code: "schema.enum.narrowed",
        path,
        keyword: Object.hasOwn(schema, "const") ? "const" : "enum",
        message: `Values other than ${shown(listed)} are refused now`,
      })];
    }
    switch (alternative.kind) {
      case "number":
        return numberIssues(this, alternative, schema, path);
      case "string":
        return textIssues(this, alternative, schema, path);
      case "array":
        return listIssues(this, alternative, schema, path);
      case "object":
        return objectIssues(this, alternative, schema, path);
    }
  }

  /** True for a few integers that are all listed. */
  #areAllListed(alternative: Alternative, schema: JsonObject): boolean {
    if (alternative.kind !== "number" || !alternative.isInteger) return false;
    const { minimum, maximum } = alternative;
    if (!Number.isSafeInteger(minimum.value) || !Number.isSafeInteger(maximum.value)) return false;
    if (maximum.value - minimum.value > MAX_RANGE) return false;
    for (let value = minimum.value; value <= maximum.value; value++) {
      if (this.evaluator.admits(schema, value) !== true) return false;
    }
    return true;
  }

  #typeIssues(
    alternatives: readonly Alternative[],
    schema: JsonObject,
    path: string,
  ): readonly Issue[] {
    const types = typesOf(schema);
    if (types === undefined) return PROVED;
    const kinds = new Set<string>();
    const refused: JsonValue[] = [];
    for (const alternative of alternatives) {
      if (alternative.kind === "literals") {
        const values = alternative.values.filter((value) => !isOfType(types, value));
        for (const value of values) kinds.add(kindOf(value));
        refused.push(...values);
      } else if (!isTakenType(alternative, schema)) kinds.add(alternative.kind);
    }
    if (kinds.size === 0) return PROVED;
    const at = appendPointer(path, "type");
    const wanted = [...types].join(" or ");
    return [{
      code: "schema.type.narrowed",
      path: at,
      message: `Only values of type ${wanted} are taken now, no more ${
        [...kinds].map((kind) => types.has("integer") && kind === "number" ? "fractions" : kind)
          .join(" or ")
      } ${where(path)}.`,
      before: [...kinds],
      after: schema.type ?? null,
      examples: () => [
        ...refused.slice(0, 3),
        ...alternatives.flatMap((alternative) =>
          this.samples.refused(alternative, { type: [...types] })
        ),
      ],
    }];
  }

  #forbidden(alternatives: readonly Alternative[], path: string): readonly Issue[] {
    if (alternatives.length === 0) return PROVED;
    return [{
      code: "schema.forbidden",
      path,
      message: `No value is taken any more ${where(path)}.`,
      after: false,
      examples: () =>
        alternatives.flatMap((alternative) => this.samples.of(alternative, true)).slice(0, 4),
    }];
  }

  #meaning(schema: JsonObject, outer: Meaning): Meaning {
    const found = new Set(outer);
    const open: Schema[] = [schema];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      for (const [keyword, value] of meaningOf(part)) {
        found.add(this.identities.ofData([keyword, value]));
      }
      if (typeof part === "object") open.push(...schemasAt(part, "allOf"));
    }
    return found;
  }

  #meaningIssues(
    alternative: Alternative,
    schema: JsonObject,
    path: string,
    after: Meaning,
  ): Issue[] {
    // That there is no value has no further meaning.
    const isNull = alternative.kind === "literals" &&
      alternative.values.every((value) => value === null);
    const before = new Map<number, readonly [string, JsonValue]>();
    for (const part of alternative.parts) {
      for (const [keyword, value] of meaningOf(part)) {
        before.set(this.identities.ofData([keyword, value]), [keyword, value]);
      }
    }
    const gone = [...before].filter(([number]) => !after.has(number)).map(([, keyword]) => keyword);
    const isNew = [...after].some((number) => !before.has(number));
    if (isNull || (gone.length === 0 && !isNew)) return [];
    const [old] = gone;
    const own = [...meaningOf(schema)].find(([keyword, value]) =>
      !before.has(this.identities.ofData([keyword, value]))
    );
    const keyword = own?.[0] ?? old?.[0] ?? "";
    const at = own === undefined || keyword === "" ? path : appendPointer(path, keyword);
    return [{
      code: "schema.meaning.changed",
      path: at,
      message: `"${keyword}" says what the values mean, and is not the same ${where(at)}.`,
      ...(old === undefined ? {} : { before: old[1] }),
      ...(own === undefined ? {} : { after: own[1] }),
      examples: () => [],
    }];
  }
}

/** True when the types of a schema do not refuse the alternative as a whole. */
function isTakenType(alternative: Alternative, schema: JsonObject): boolean {
  const types = typesOf(schema);
  if (types === undefined || alternative.kind === "literals") return true;
  if (types.has(alternative.kind)) return true;
  return alternative.kind === "number" && alternative.isInteger && types.has("integer");
}
