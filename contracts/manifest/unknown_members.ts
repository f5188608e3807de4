/**
 * Finds what a manifest says that this version does not know. Such members are part of the digest, and
 * another version may give them a meaning.
 *
 * @module
 */
import { Kind, type TSchema } from "@sinclair/typebox";
import { isRecord, type JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import { manifestSections } from "./manifest_schema.ts";
import type { ContractManifest } from "./manifest.ts";
import { semanticProjection } from "./projection.ts";

/** Members inside the sections of a manifest that this version does not know, by JSON pointer. */
export function unknownMembers(manifest: ContractManifest): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  const projection = semanticProjection(manifest);
  for (const [section, schema] of Object.entries(manifestSections)) {
    visit(schema, projection[section], `/${section}`, found);
  }
  return found;
}

function visit(
  schema: TSchema,
  value: unknown,
  path: string,
  found: Map<string, JsonValue>,
): void {
  if (Array.isArray(value)) {
    const items: TSchema | undefined = schema.items;
    if (items === undefined) return;
    value.forEach((item, index) => visit(items, item, appendPointer(path, `${index}`), found));
    return;
  }
  if (!isRecord(value)) return;
  const members = membersOf(schema);
  const each = eachOf(schema);
  if (members === undefined && each === undefined) return;
  for (const [name, member] of Object.entries(value)) {
    const known = members !== undefined && Object.hasOwn(members, name) ? members[name] : each;
    const at = appendPointer(path, name);
    if (known !== undefined) visit(known, member, at, found);
    // A projection holds nothing but JSON.
    else found.set(at, member as JsonValue);
  }
}

/** Members that an object may have by name, those of all parts of an intersection together. */
function membersOf(schema: TSchema): Readonly<Record<string, TSchema>> | undefined {
  if (schema[Kind] === "Object") return schema.properties;
  if (schema[Kind] !== "Intersect") return undefined;
  const parts: readonly TSchema[] = schema.allOf;
  return Object.assign({}, ...parts.map((part) => membersOf(part)));
}

/** What every member of a map is. */
function eachOf(schema: TSchema): TSchema | undefined {
  if (schema[Kind] !== "Record") return undefined;
  const patterns: Readonly<Record<string, TSchema>> = schema.patternProperties;
  return Object.values(patterns)[0];
}
