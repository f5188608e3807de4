import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Objects } from "./values/alternatives.ts";
import { keywordIssue } from "./include_scalars.ts";
import { inMember, memberIssues, namesOutside } from "./include_members.ts";
import type { Issue, Proof } from "./issue.ts";
import { isAnything } from "../schema/keywords.ts";
import {
  dependentNames,
  isJsonObject,
  namesAt,
  numberAt,
  type Schema,
  schemaAt,
  schemaMapAt,
  schemasAt,
} from "../schema/schema_parts.ts";

/** Why a schema may refuse some of the objects. */
export function objectIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues = [
    ...requiredIssues(proof, objects, schema, path),
    ...propertyIssues(proof, objects, schema, path),
    ...restIssues(proof, objects, schema, path),
    ...nameIssues(proof, objects, schema, path),
    ...sizeIssues(proof, objects, schema, path),
    ...dependentIssues(proof, objects, schema, path),
  ];
  if (issues.length === 0) return issues;
  // What must be there and cannot be leaves nothing that could be refused.
  const isEmpty = [...objects.required].some((name) => proof.old.forbids(objects, name));
  return isEmpty ? [] : issues;
}

function requiredIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  return namesAt(schema, "required").flatMap((name, i): readonly Issue[] => {
    if (objects.required.has(name)) return [];
    const at = appendPointer(path, "required", i);
    const known = objects.names.has(name) ? "was optional" : "was not declared";
    return [{
      code: "schema.required.added",
      path: at,
      message: `The property "${name}" is required now; it ${known} at ${at}.`,
      after: name,
      examples: () =>
        proof.samples.of(objects, true).filter((value) =>
          isJsonObject(value) && !Object.hasOwn(value, name)
        ),
    }];
  });
}

function propertyIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  for (const [name, part] of schemaMapAt(schema, "properties")) {
    const values = proof.old.member(objects, name);
    // An open object takes this name too, but does not declare it: that is no promise.
    if (values.parts.length === 0 && !isDeclared(proof, objects, name)) continue;
    const at = appendPointer(path, "properties", name);
    issues.push(...inMember(proof, objects, name, proof.compare(values, part, at)));
  }
  for (const [pattern, part] of schemaMapAt(schema, "patternProperties")) {
    issues.push(...memberIssues(proof, objects, {
      schema: part,
      path: appendPointer(path, "patternProperties", pattern),
      matching: [pattern],
      outside: { names: new Set(), patterns: [] },
    }));
  }
  return issues;
}

function isDeclared(proof: Proof, objects: Objects, name: string): boolean {
  if (objects.names.has(name)) return true;
  for (const pattern of objects.patterns) {
    if (proof.language.matches(pattern, name) !== false) return true;
  }
  return false;
}

function restIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  const check = (keyword: string, rest: Schema, names: Set<string>, patterns: Set<string>) =>
    issues.push(...memberIssues(proof, objects, {
      schema: rest,
      path: appendPointer(path, keyword),
      matching: [],
      outside: { names, patterns: [...patterns] },
    }));
  const rest = schemaAt(schema, "additionalProperties");
  if (rest !== undefined) {
    const names = new Set(schemaMapAt(schema, "properties").keys());
    const patterns = new Set(schemaMapAt(schema, "patternProperties").keys());
    check("additionalProperties", rest, names, patterns);
  }
  const unseen = schemaAt(schema, "unevaluatedProperties");
  if (unseen === undefined || isAnything(unseen)) return issues;
  const seen = { names: new Set<string>(), patterns: new Set<string>() };
  const { unevaluatedProperties: _unseen, ...own } = schema;
  if (!seesEverything(proof, objects, own, path, seen)) {
    check("unevaluatedProperties", unseen, seen.names, seen.patterns);
  }
  return issues;
}

/** Collects the names that a schema looks at in all of the objects; true when it looks at all. */
function seesEverything(
  proof: Proof,
  objects: Objects,
  schema: Schema,
  path: string,
  seen: { readonly names: Set<string>; readonly patterns: Set<string> },
): boolean {
  if (typeof schema === "boolean") return false;
  if (schema.additionalProperties !== undefined || schema.unevaluatedProperties !== undefined) {
    return true;
  }
  for (const name of schemaMapAt(schema, "properties").keys()) seen.names.add(name);
  for (const name of schemaMapAt(schema, "patternProperties").keys()) seen.patterns.add(name);
  return ["allOf", "anyOf", "oneOf"].some((list) =>
    schemasAt(schema, list).some((part, i) => {
      const at = appendPointer(path, list, i);
      const holds = list === "allOf" || proof.include(objects, part, at).length === 0;
      return holds && seesEverything(proof, objects, part, at, seen);
    })
  );
}

function nameIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const allowed = schemaAt(schema, "propertyNames");
  if (allowed === undefined || isAnything(allowed)) return [];
  const isDemanded = objects.parts.some((part) => {
    const own = schemaAt(part, "propertyNames");
    return own !== undefined &&
      proof.compare({ parts: [own, { type: "string" }] }, allowed, "/propertyNames").length === 0;
  });
  if (isDemanded) return [];
  const refused = namesOutside(proof, objects, (name) => proof.evaluator.admits(allowed, name));
  if (refused.length === 0) return [];
  const at = appendPointer(path, "propertyNames");
  return [{
    code: "schema.properties.closed",
    path: at,
    message: `Members of some names are refused now at ${at}.`,
    after: refused[0] ?? "",
    examples: () =>
      refused.flatMap((name) =>
        proof.samples.ofValues(proof.old.member(objects, name))
          .flatMap((value) => proof.samples.withMember(objects, name, value))
      ),
  }];
}

function sizeIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (keyword: string, message: string, before?: JsonValue) =>
    issues.push(keywordIssue(proof, objects, schema, {
      code: "schema.size.narrowed",
      path,
      keyword,
      message,
      ...(before === undefined ? {} : { before }),
    }));
  const least = numberAt(schema, "minProperties") ?? 0;
  const most = numberAt(schema, "maxProperties") ?? Infinity;
  if (objects.minProperties < least) {
    const message = `Objects of fewer than ${least} members are refused now`;
    report("minProperties", message, objects.minProperties);
  }
  const isClosed = objects.patterns.size === 0 && proof.old.isEmpty(objects.rest);
  const count = isClosed
    ? [...objects.names].filter((name) => !proof.old.forbids(objects, name)).length
    : Infinity;
  if (Math.min(objects.maxProperties, count) > most) {
    const before = Number.isFinite(objects.maxProperties) ? objects.maxProperties : undefined;
    report("maxProperties", `Objects of more than ${most} members are refused now`, before);
  }
  return issues;
}

function dependentIssues(
  proof: Proof,
  objects: Objects,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  const isPossible = (name: string) =>
    isDeclared(proof, objects, name)
      ? !proof.old.forbids(objects, name)
      : objects.rest.parts.length > 0 && !proof.old.isEmpty(objects.rest);
  for (const [name, others] of dependentNames(schema)) {
    if (!isPossible(name)) continue;
    const known = new Set(
      objects.parts.flatMap(dependentNames).filter(([key]) => key === name)
        .flatMap(([, names]) => names),
    );
    const missing = others.filter((other) => !objects.required.has(other) && !known.has(other));
    if (missing.length === 0) continue;
    const at = appendPointer(path, "dependentRequired", name);
    issues.push({
      code: "schema.required.added",
      path: at,
      message: `With "${name}", the property "${missing[0]}" is required now at ${at}.`,
      after: missing,
      examples: () =>
        proof.samples.ofValues(proof.old.member(objects, name))
          .flatMap((value) => proof.samples.withMember(objects, name, value)),
    });
  }
  for (const [name, part] of schemaMapAt(schema, "dependentSchemas")) {
    const isSame = objects.parts.some((own) => {
      const before = schemaMapAt(own, "dependentSchemas").get(name);
      return before !== undefined && proof.identities.of(before) === proof.identities.of(part);
    });
    if (isSame || !isPossible(name)) continue;
    const at = appendPointer(path, "dependentSchemas", name);
    const [sample = null] = proof.samples.ofValues(proof.old.member(objects, name));
    for (const issue of proof.include(objects, part, at)) {
      const withName = (value: JsonValue): JsonValue =>
        isJsonObject(value) ? { ...Object.fromEntries([[name, sample]]), ...value } : value;
      issues.push({ ...issue, examples: () => issue.examples().map(withName) });
    }
  }
  return issues;
}
