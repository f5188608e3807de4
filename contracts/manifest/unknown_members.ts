import type { JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import { manifestParts } from "./manifest_parts.ts";
import type { ContractManifest } from "./manifest.ts";
import { semanticProjection } from "./projection.ts";

/**
 * Members inside the sections of a manifest that this version does not know, by JSON pointer. They
 * are part of the digest, and another version may give them a meaning.
 */
export function unknownMembers(manifest: ContractManifest): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  for (const { path, value, schema } of manifestParts(semanticProjection(manifest))) {
    // A projection holds nothing but JSON.
    if (schema === undefined) found.set(appendPointer("", ...path), value as JsonValue);
  }
  return found;
}
