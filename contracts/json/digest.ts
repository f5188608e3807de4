import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical_json.ts";

/**
 * SHA-256 of the canonical JSON of a value, as base64url without padding (43 characters).
 * Synchronous, so that decisions which need it stay pure.
 */
export function digestJson(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("base64url");
}
