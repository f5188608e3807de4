import { compareSchemas } from "../../contracts/compatibility/compare_schemas.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import type { Schema } from "../../contracts/schema/schema_parts.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";

/**
 * The words of a call of the contract's first RPC, with an input that fits its schema; undefined where
 * there is no RPC or no input was found.
 */
export function sampleCall({ rpc = {}, schemas = {} }: ContractManifest): string[] | undefined {
  for (const [name, { input }] of Object.entries(rpc)) {
    const example = sampleValue(schemas[input.schema] ?? true);
    if (example !== undefined) return ["call", name, JSON.stringify(example)];
  }
  return undefined;
}

/** A value that fits a schema; undefined where none was found. */
export function sampleValue(schema: Schema): JsonValue | undefined {
  // What a schema takes and no value fits afterwards is an example of a value that it takes.
  const example = compareSchemas(schema, false).findings[0]?.example;
  return example !== undefined && validatorOf(schema).check(example) ? example : undefined;
}
