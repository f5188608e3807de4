import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Alternative, Literals, Numbers, Objects } from "./values/alternatives.ts";
import { isWholeKind, refusedIssue } from "./include_literals.ts";
import { type Issue, type Meaning, type Proof, PROVED, shown, where } from "./issue.ts";
import { objectsOf } from "./values/object_values.ts";
import { numbersOf } from "./values/scalar_values.ts";
import {
  kindOf,
  literalsOf,
  numberAt,
  type Schema,
  schemaAt,
  schemaMapAt,
  schemasAt,
} from "../schema/schema_parts.ts";

/** A union of the new schema. */
interface Union {
  readonly keyword: "anyOf" | "oneOf";
  readonly options: readonly Schema[];
  readonly path: string;
  readonly meaning: Meaning | undefined;
}

/** How often values are split by a member before they are looked for in a union. */
const MAX_SPLITS = 2;
const MAX_SPLIT_NAMES = 6;
const MAX_PIECES = 32;
const MAX_CUTS = 200;

/** Why a schema's alternatives, exclusions and conditions may refuse some of the values. */
export function unionIssues(
  proof: Proof,
  alternative: Alternative,
  schema: JsonObject,
  path: string,
  meaning: Meaning | undefined,
): readonly Issue[] {
  const issues: Issue[] = [];
  for (const keyword of ["anyOf", "oneOf"] as const) {
    if (schema[keyword] === undefined || isDemanded(proof, alternative, schema, [keyword])) {
      continue;
    }
    const union = { keyword, options: schemasAt(schema, keyword), path, meaning };
    issues.push(
      ...alternative.kind === "literals"
        ? literalsInUnion(proof, alternative, union)
        : inUnion(proof, alternative, union),
    );
  }
  // Literals were tried one by one already.
  if (alternative.kind === "literals") return issues;
  issues.push(...notIssues(proof, alternative, schema, path));
  issues.push(...conditionIssues(proof, alternative, schema, path));
  return issues;
}

/** True when the old schema has the very same keywords there. */
function isDemanded(
  proof: Proof,
  { parts }: Alternative,
  schema: JsonObject,
  keywords: readonly string[],
): boolean {
  const number = proof.identities.ofKeywords(schema, keywords);
  return parts.some((part) => proof.identities.ofKeywords(part, keywords) === number);
}

function inUnion(proof: Proof, alternative: Alternative, union: Union): readonly Issue[] {
  if (fits(proof, alternative, union, MAX_SPLITS)) return PROVED;
  const { options, path, keyword, meaning } = union;
  const at = appendPointer(path, keyword);
  let best: readonly Issue[] | undefined;
  options.forEach((option, i) => {
    if (proof.isDisjoint(alternative, option)) return;
    const issues = proof.include(alternative, option, appendPointer(at, i), meaning);
    if (best === undefined || issues.length < best.length) best = issues;
  });
  if (best === undefined) return [variantIssue(proof, alternative, path, "fits no alternative")];
  if (best.length > 0) return best;
  return [
    variantIssue(proof, alternative, at, "may fit several alternatives, of which one is taken"),
  ];
}

/** True when it is proved that the union takes all values. */
function fits(proof: Proof, alternative: Alternative, union: Union, splits: number): boolean {
  const { options, keyword, path, meaning } = union;
  const isIn = options.some((option, i) => {
    const at = appendPointer(path, keyword, i);
    if (proof.include(alternative, option, at, meaning).length > 0) return false;
    return keyword === "anyOf" ||
      options.every((other, j) => i === j || proof.isDisjoint(alternative, other));
  });
  if (isIn || splits === 0) return isIn;
  if (alternative.kind === "number") {
    const pieces = integerPieces(proof, alternative, options);
    return pieces.length > 1 && pieces.every((piece) => fits(proof, piece, union, 0));
  }
  if (alternative.kind !== "object") return false;
  for (const pieces of splitsOf(proof, alternative, options)) {
    if (pieces.every((piece) => fits(proof, piece, union, splits - 1))) return true;
  }
  return false;
}

/** Integers in pieces, cut wherever an alternative begins or ends; none for other numbers. */
function integerPieces(
  proof: Proof,
  numbers: Numbers,
  options: readonly Schema[],
): readonly Numbers[] {
  if (!numbers.isInteger) return [];
  const cuts = new Set<number>();
  for (const option of options) {
    if (typeof option === "boolean") continue;
    for (const value of literalsOf(option) ?? []) {
      if (Number.isSafeInteger(value)) cuts.add(Number(value)).add(Number(value) + 1);
    }
    const bound = (keyword: string, first: (value: number) => number) => {
      const value = numberAt(option, keyword);
      if (value !== undefined && Number.isSafeInteger(first(value))) cuts.add(first(value));
    };
    bound("minimum", Math.ceil);
    bound("exclusiveMinimum", (value) => Math.floor(value) + 1);
    bound("maximum", (value) => Math.floor(value) + 1);
    bound("exclusiveMaximum", Math.ceil);
  }
  if (cuts.size > MAX_CUTS) return [];
  const starts = [...cuts].sort((a, b) => a - b);
  proof.steps.take(starts.length * numbers.parts.length);
  return [undefined, ...starts].flatMap((from, i) => {
    const next = starts[i];
    const piece: JsonObject = {
      ...(from === undefined ? {} : { minimum: from }),
      ...(next === undefined ? {} : { maximum: next - 1 }),
    };
    return numbersOf([...numbers.parts, piece]);
  });
}

/** Ways to split objects into pieces: by the literals and types of one member. */
function* splitsOf(
  proof: Proof,
  objects: Objects,
  options: readonly Schema[],
): Iterable<readonly Objects[]> {
  const names = new Set(
    options.flatMap((option) =>
      typeof option === "boolean" ? [] : [...schemaMapAt(option, "properties").keys()]
    ),
  );
  for (const name of [...names].slice(0, MAX_SPLIT_NAMES)) {
    if (!objects.names.has(name)) continue;
    const found: JsonObject[] = [];
    const types = new Set<string>();
    for (const member of proof.old.alternatives(proof.old.member(objects, name))) {
      if (member.kind !== "literals") types.add(member.kind);
      else found.push(...member.values.map((value): JsonObject => ({ const: value })));
    }
    found.push(...[...types].map((type): JsonObject => ({ type })));
    const pieces = found.map((piece): JsonObject => ({
      properties: Object.fromEntries([[name, piece]]),
      required: [name],
    }));
    if (!objects.required.has(name)) {
      pieces.push({ properties: Object.fromEntries([[name, false]]) });
    }
    if (pieces.length < 2 || pieces.length > MAX_PIECES) continue;
    proof.steps.take(pieces.length * objects.parts.length);
    yield pieces.flatMap((piece) => objectsOf([...objects.parts, piece], objects.refused));
  }
}

function literalsInUnion(proof: Proof, literals: Literals, union: Union): readonly Issue[] {
  const { options, keyword, path, meaning } = union;
  const isWhole = keyword === "anyOf" &&
    options.some((option) =>
      literals.parts.some((part) => proof.identities.of(part) === proof.identities.of(option))
    );
  if (isWhole) return PROVED;
  let open: readonly JsonValue[] = literals.values;
  const refused = new Set<JsonValue>();
  let nearest: readonly Issue[] = [];
  if (keyword === "oneOf") {
    const alone: JsonObject = { oneOf: options };
    open = open.filter((value) => {
      if (proof.evaluator.admits(alone, value) === true) return true;
      refused.add(value);
      return false;
    });
  }
  const number = (value: JsonValue) => proof.identities.ofData(value);
  const numbers = new Map(open.map((value) => [value, number(value)]));
  options.forEach((option, i) => {
    // Most alternatives are constants: comparing is enough to find the values they can be.
    const listed = typeof option === "boolean" ? undefined : literalsOf(option)?.map(number);
    const taken = open.filter((value) => listed?.includes(numbers.get(value) ?? -1) ?? true)
      .filter((value) => proof.evaluator.admits(option, value) === true);
    if (taken.length === 0) return;
    const at = appendPointer(path, keyword, i);
    const issues = proof.include({ ...literals, values: taken }, option, at, meaning);
    if (issues.length === 0) open = open.filter((value) => !taken.includes(value));
    else nearest = issues;
  });
  const left = [...open, ...refused];
  if (left.length === 0) return PROVED;
  if (nearest.length > 0 && refused.size === 0) return nearest;
  const code = isWholeKind(left) ? "schema.variant.removed" : "schema.enum.narrowed";
  return [refusedIssue(code, path, left)];
}

/** An alternative of the old schema that the new one has no more. */
export function variantIssue(
  proof: Proof,
  alternative: Alternative,
  path: string,
  reason: string,
): Issue {
  const [sample] = proof.samples.of(alternative, true);
  const such = sample === undefined
    ? `Of type ${alternative.kind}, some value`
    : `A value such as ${shown(sample)}`;
  return {
    code: "schema.variant.removed",
    path,
    message: `${such} ${reason} ${where(path)}.`,
    ...(sample === undefined ? {} : { before: kindOf(sample) }),
    examples: () => proof.samples.of(alternative, true).slice(0, 3),
  };
}

function notIssues(
  proof: Proof,
  alternative: Alternative,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const not = schemaAt(schema, "not");
  if (not === undefined || isDemanded(proof, alternative, schema, ["not"])) return PROVED;
  if (proof.isDisjoint(alternative, not)) return PROVED;
  const at = appendPointer(path, "not");
  return [{
    code: "schema.forbidden",
    path: at,
    message: `Some values are forbidden now ${where(at)}.`,
    after: schema.not ?? null,
    examples: () => [
      ...typeof not === "object" ? literalsOf(not) ?? [] : [],
      ...proof.samples.of(alternative, not),
      ...proof.samples.refused(alternative, schema),
    ],
  }];
}

function conditionIssues(
  proof: Proof,
  alternative: Alternative,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const condition = schemaAt(schema, "if");
  if (condition === undefined || isDemanded(proof, alternative, schema, ["if", "then", "else"])) {
    return PROVED;
  }
  const at = (keyword: string) => appendPointer(path, keyword);
  const branch = (keyword: string): readonly Issue[] => {
    const part = schemaAt(schema, keyword);
    return part === undefined ? PROVED : proof.include(alternative, part, at(keyword));
  };
  const isDisjoint = proof.isDisjoint(alternative, condition);
  const isAlways = !isDisjoint && proof.include(alternative, condition, at("if")).length === 0;
  return [...isDisjoint ? PROVED : branch("then"), ...isAlways ? PROVED : branch("else")];
}
