import { manifestParts } from "./manifest_parts.ts";
import { isReference } from "./manifest_schema.ts";

/** A place in a manifest that refers to an embedded schema. */
export interface SchemaUse {
  /** Tokens of the JSON pointer of the reference. */
  readonly path: readonly string[];
  /** What is there: `{ "schema": "Name" }` when it is right. */
  readonly reference: unknown;
}

/** Every place of a manifest that refers to a schema, missing required ones included. */
export function* schemaUses(manifest: unknown): Iterable<SchemaUse> {
  for (const { path, value, schema } of manifestParts(manifest)) {
    if (isReference(schema)) yield { path, reference: value };
  }
}
