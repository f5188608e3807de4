import type { JsonValue } from "../json/json.ts";
import type { Objects, Values } from "./values/alternatives.ts";
import type { Answer } from "./values/evaluator.ts";
import type { Issue, Proof } from "./issue.ts";
import type { Schema } from "../schema/schema_parts.ts";

/** A schema for the members of many names. */
export interface ManyMembers {
  readonly schema: Schema;
  /** Where the schema stands. */
  readonly path: string;
  /** Patterns that the names match. */
  readonly matching: readonly string[];
  /** Names and patterns of names that the schema is not for. */
  readonly outside: { readonly names: ReadonlySet<string>; readonly patterns: readonly string[] };
}

/** The most names that are taken out of a search one by one. */
const MAX_NAMES = 20;

/** Puts issues of a member where the object is. */
export function inMember(
  proof: Proof,
  objects: Objects,
  name: string,
  issues: readonly Issue[],
): readonly Issue[] {
  return issues.map((issue) => ({
    ...issue,
    examples: () =>
      issue.examples().flatMap((value) => proof.samples.withMember(objects, name, value)),
  }));
}

/** Why a schema for members of many names may refuse some of the old members. */
export function memberIssues(
  proof: Proof,
  objects: Objects,
  members: ManyMembers,
): readonly Issue[] {
  const { schema, path } = members;
  const issues: Issue[] = [];
  const closed: Issue[] = [];
  const check = (name: string, values: Values) => {
    if (proof.old.isEmpty(values)) return;
    const found = inMember(proof, objects, name, proof.compare(values, schema, path));
    if (schema === false && found.length > 0) closed.push(closedIssue(name, path, found));
    else issues.push(...found);
  };
  for (const name of objects.names) {
    if (isFor(proof, members, name) !== false) check(name, proof.old.member(objects, name));
  }
  for (const pattern of objects.patterns) {
    const name = nameWith(proof, members, objects, [pattern], []);
    if (name !== undefined) check(name, proof.old.membersLike(objects, pattern));
  }
  if (proof.old.isEmpty(objects.rest)) return [...closed, ...issues];
  const extra = nameWith(proof, members, objects, [], [...objects.patterns]);
  if (extra === undefined) return [...closed, ...issues];
  if (schema === false || objects.rest.parts.length > 0) {
    check(extra, objects.rest);
    return [...closed, ...issues];
  }
  if (widensNames(proof, members, objects)) return [...closed, ...issues];
  const found = inMember(proof, objects, extra, proof.compare(objects.rest, schema, path));
  return found.length === 0
    ? [...closed, ...issues]
    : [...closed, ...issues, closedIssue(extra, path, found, "no longer takes every value")];
}

/**
 * True when the schema is for all names of an old pattern, and more: what an open object holds under
 * the others was never declared, as with a property that is declared now.
 */
function widensNames(proof: Proof, { matching }: ManyMembers, objects: Objects): boolean {
  return matching.length > 0 && [...objects.patterns].some((pattern) =>
    proof.language.find({
      matching: [pattern],
      refusing: matching,
      minLength: 0,
      maxLength: Infinity,
    }).found === "none"
  );
}

/** Names of old members that a test refuses, or does not decide; one name stands for all others. */
export function namesOutside(
  proof: Proof,
  objects: Objects,
  isTaken: (name: string) => Answer,
): readonly string[] {
  const known = [...objects.names]
    .filter((name) => !proof.old.forbids(objects, name) && isTaken(name) !== true);
  const isClosed = objects.patterns.size === 0 && proof.old.isEmpty(objects.rest);
  return isClosed ? known : [...known, ...FRESH.filter((name) => isTaken(name) !== true), "~"];
}

const FRESH = ["other", "another", "x", "X-1", "1", "", " "];

function closedIssue(
  name: string,
  path: string,
  found: readonly Issue[],
  what = "is refused now",
): Issue {
  return {
    code: "schema.properties.closed",
    path,
    message: `A member such as "${name.slice(0, 60)}" ${what} at ${path}.`,
    before: name,
    examples: () => found.flatMap((issue): readonly JsonValue[] => issue.examples()),
  };
}

/** Whether the schema is for members of this name. */
function isFor(proof: Proof, { matching, outside }: ManyMembers, name: string): Answer {
  if (outside.names.has(name)) return false;
  let result: Answer = true;
  for (const pattern of matching) {
    const matches = proof.language.matches(pattern, name);
    if (matches === false) return false;
    if (matches === undefined) result = undefined;
  }
  for (const pattern of outside.patterns) {
    const matches = proof.language.matches(pattern, name);
    if (matches === true) return false;
    if (matches === undefined) result = undefined;
  }
  return result;
}

/** A name that the schema is for and the object may have; undefined when it is proved that none is. */
function nameWith(
  proof: Proof,
  { matching, outside }: ManyMembers,
  objects: Objects,
  wanted: readonly string[],
  refused: readonly string[],
): string | undefined {
  const refusing = [...outside.patterns, ...refused];
  const names = new Set([...outside.names, ...objects.names]);
  if (matching.length === 0 && wanted.length === 0 && refusing.length === 0) {
    return FRESH.find((name) => !names.has(name)) ?? "~";
  }
  const answer = proof.language.find({
    matching: [...matching, ...wanted],
    refusing: [...refusing, ...[...names].slice(0, MAX_NAMES).map(exactly)],
    minLength: 0,
    maxLength: Infinity,
    // Undeclared names with line ends do not open an object.
    dotAll: wanted.length === 0 && objects.rest.parts.length === 0,
  });
  if (answer.found === "none") return undefined;
  return answer.found === "text" ? answer.text : FRESH[0];
}

function exactly(name: string): string {
  return `^${name.replace(/[$()*+./?[\\\]^{|}]/g, "\\$&")}$`;
}
