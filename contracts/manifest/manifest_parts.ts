import { Kind, type TSchema } from "@sinclair/typebox";
import { isRecord } from "../json/json.ts";
import { MANIFEST_SCHEMA } from "./manifest_schema.ts";

/** A part of a manifest, beside what it should be. */
export interface ManifestPart {
  /** Tokens of the JSON pointer of the part. */
  readonly path: readonly string[];
  /** Undefined where a required member is missing. */
  readonly value: unknown;
  /** Undefined for a member that this version does not know. */
  readonly schema: TSchema | undefined;
}

/** Every part of a manifest, missing required members included; not the insides of unknown members. */
export function manifestParts(manifest: unknown): Iterable<ManifestPart> {
  return within({ path: [], value: manifest, schema: MANIFEST_SCHEMA });
}

function* within({ path, value, schema }: ManifestPart): Iterable<ManifestPart> {
  const member = schema === undefined ? undefined : memberSchemas(schema);
  if (schema === undefined || member === undefined) return;
  const names = Array.isArray(value) || isRecord(value) ? Object.keys(value) : undefined;
  if (names === undefined) return;
  const missing = namesOf(schema.required).filter((name) => !names.includes(name));
  for (const name of [...names, ...missing]) {
    const part = {
      path: [...path, name],
      value: Reflect.get(Object(value), name),
      schema: member(name),
    };
    yield part;
    yield* within(part);
  }
}

/** What the members of a list, a map or an object should be; undefined for anything else. */
function memberSchemas(schema: TSchema): ((name: string) => TSchema | undefined) | undefined {
  switch (schema[Kind]) {
    case "Array":
      return () => schema.items;
    case "Record":
      return () => schema.additionalProperties;
    case "Object": {
      const properties: Readonly<Record<string, TSchema>> = schema.properties;
      return (name) => Object.hasOwn(properties, name) ? properties[name] : undefined;
    }
  }
  return undefined;
}

function namesOf(required: unknown): readonly string[] {
  return Array.isArray(required) ? required : [];
}
