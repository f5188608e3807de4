import type { ValidationIssue } from "../../../contracts/errors/validation_error.ts";
import { isRecord, type JsonValue } from "../../../contracts/json/json.ts";
import { appendPointer } from "../../../contracts/json/json_pointer.ts";
import {
  isJsonObject,
  isSchema,
  namesAt,
  type Schema,
  schemaAt,
  schemaMapAt,
  schemasAt,
  textAt,
} from "../../../contracts/schema/schema_parts.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import { schemaText } from "../../words/change_values.ts";

/** A member of a value beside what its schema says of it. */
export interface SchemaMember {
  /** JSON pointer; empty for the whole value. */
  readonly path: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** Its type in words; undefined where the schema says nothing of it. */
  readonly type: string | undefined;
  readonly isRequired: boolean;
  /** Undefined: it is not there. */
  readonly value: JsonValue | undefined;
  /** Its own members stand below: the value need not be shown here. */
  readonly isOpened: boolean;
  /** What the validator says against it. */
  readonly problems: readonly string[];
}

/** More are not listed: nobody reads them, and the JSON beside has them. */
export const MOST_MEMBERS = 500;
const MOST_LEVELS = 20;

/**
 * The members of a value in the order of its schema, with those that are declared and missing, and those of
 * which the schema says nothing. What the validator found stands at the member that it is about, or at
 * the nearest one above.
 *
 * @param value undefined: only what the schema says
 */
export function schemaMembers(
  schema: Schema,
  value: JsonValue | undefined,
  issues: readonly ValidationIssue[] = [],
): readonly SchemaMember[] {
  const members: Omit<SchemaMember, "problems">[] = [];
  visit(schema, value, { ...WHOLE, hasItems: false }, members);
  const listed = new Set(members.map(({ path }) => path));
  const problems = new Map<string, string[]>();
  for (const { path, message } of issues) {
    let at = path;
    while (at !== "" && !listed.has(at)) at = at.slice(0, at.lastIndexOf("/"));
    const text = at === path ? message : `${path} ${message}`;
    problems.set(at, [...problems.get(at) ?? [], text]);
  }
  const all = members.map((member) => ({ ...member, problems: problems.get(member.path) ?? [] }));
  const [whole, ...rest] = all;
  // That an object is an object need not be said.
  return whole?.isOpened && whole.problems.length === 0 ? rest : all;
}

/** The members that a schema declares; those of what a list holds stand under `*`. */
export function declaredMembers(schema: Schema): readonly SchemaMember[] {
  const members: Omit<SchemaMember, "problems">[] = [];
  visit(schema, undefined, { ...WHOLE, hasItems: true }, members);
  const [whole, ...rest] = members.map((member) => ({ ...member, problems: [] }));
  return rest.length === 0 && whole !== undefined ? [whole] : rest;
}

interface Place {
  readonly path: string;
  readonly isRequired: boolean;
  readonly level: number;
  /** Whether what a list may hold stands below it, where there is no list. */
  readonly hasItems: boolean;
}

const WHOLE = { path: "", isRequired: true, level: 0 };

function visit(
  schema: Schema | undefined,
  value: JsonValue | undefined,
  { path, isRequired, level, hasItems }: Place,
  members: Omit<SchemaMember, "problems">[],
): void {
  if (members.length >= MOST_MEMBERS) return;
  const parts = schema === undefined ? [] : partsOf(schema, value);
  const below = level < MOST_LEVELS
    ? [...membersOf(parts, value), ...(hasItems ? heldBy(parts) : [])]
    : [];
  members.push({
    path,
    title: firstText(parts, "title"),
    description: firstText(parts, "description"),
    type: schema === undefined ? undefined : typeText(schema, parts),
    isRequired,
    value,
    isOpened: below.length > 0,
  });
  for (const { name, schema, value, isRequired } of below) {
    const place = { path: appendPointer(path, name), isRequired, level: level + 1, hasItems };
    visit(schema, value, place, members);
  }
}

/** A schema with all that must hold besides, and of alternatives the one that the value fits. */
function partsOf(schema: Schema, value: JsonValue | undefined): readonly Schema[] {
  if (typeof schema === "boolean") return [schema];
  const fitting = ["anyOf", "oneOf"].flatMap((keyword) => {
    const alternatives = schemasAt(schema, keyword);
    const fit = value === undefined
      ? undefined
      : alternatives.find((alternative) => validatorOf(alternative).check(value));
    return fit === undefined ? [] : [fit];
  });
  const further = [...schemasAt(schema, "allOf"), ...fitting];
  return [schema, ...further.flatMap((part) => partsOf(part, value))];
}

/** What is in an object or a list, or may be. */
interface Inner {
  readonly name: string | number;
  readonly schema: Schema | undefined;
  readonly value: JsonValue | undefined;
  readonly isRequired: boolean;
}

function membersOf(parts: readonly Schema[], value: JsonValue | undefined): readonly Inner[] {
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, name) => {
      const schema = firstOf(parts, (part) => itemSchema(part, name));
      return { name, schema, value: item, isRequired: true };
    });
  }
  if (value !== undefined && !isRecord(value)) return [];
  const given = isJsonObject(value) ? value : {};
  const declared = new Map<string, Schema>();
  for (const part of parts) {
    if (!isJsonObject(part)) continue;
    for (const [name, schema] of schemaMapAt(part, "properties")) {
      if (!declared.has(name)) declared.set(name, schema);
    }
  }
  const required = new Set(
    parts.flatMap((part) => isJsonObject(part) ? namesAt(part, "required") : []),
  );
  const names = [...declared.keys(), ...required, ...Object.keys(given)];
  return [...new Set(names)].map((name) => ({
    name,
    schema: declared.get(name) ?? firstOf(parts, (part) => otherSchema(part, name)),
    value: Object.hasOwn(given, name) ? given[name] : undefined,
    isRequired: required.has(name),
  }));
}

/** What a list holds, unless that is told in the words of its type. */
function heldBy(parts: readonly Schema[]): readonly Inner[] {
  const schema = firstOf(parts, (part) => isJsonObject(part) ? schemaAt(part, "items") : undefined);
  const isTold = schema === undefined ||
    membersOf(partsOf(schema, undefined), undefined).length === 0;
  return isTold ? [] : [{ name: "*", schema, value: undefined, isRequired: true }];
}

function itemSchema(part: Schema, index: number): Schema | undefined {
  if (!isJsonObject(part)) return undefined;
  const { items } = part;
  const listed = Array.isArray(items) ? items : part.prefixItems;
  const own = Array.isArray(listed) ? listed[index] : undefined;
  if (isSchema(own)) return own;
  return schemaAt(part, Array.isArray(items) ? "additionalItems" : "items");
}

/** What is said of members that are not declared by name. */
function otherSchema(part: Schema, name: string): Schema | undefined {
  if (!isJsonObject(part)) return undefined;
  for (const [pattern, schema] of schemaMapAt(part, "patternProperties")) {
    if (new RegExp(pattern, "u").test(name)) return schema;
  }
  const rest = schemaAt(part, "additionalProperties");
  return typeof rest === "boolean" ? undefined : rest;
}

function firstText(parts: readonly Schema[], keyword: string): string | undefined {
  return firstOf(parts, (part) => isJsonObject(part) ? textAt(part, keyword) : undefined);
}

function firstOf<T>(
  parts: readonly Schema[],
  find: (part: Schema) => T | undefined,
): T | undefined {
  for (const part of parts) {
    const found = find(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The members of an object stand below, so its names need not be listed. */
function typeText(schema: Schema, parts: readonly Schema[]): string {
  const isObject = parts.some((part) =>
    isJsonObject(part) && (part.type === "object" || isRecord(part.properties))
  );
  return isObject ? "object" : schemaText(schema);
}
