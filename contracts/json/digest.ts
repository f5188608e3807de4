import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase64Url } from "./base64.ts";
import { canonicalJson } from "./canonical_json.ts";

/**
 * SHA-256 of the canonical JSON of a value, as base64url without padding (43 characters).
 * Synchronous, so that decisions which need it stay pure; the Web Crypto API is not.
 */
export function digestJson(value: unknown): string {
  return encodeBase64Url(sha256(new TextEncoder().encode(canonicalJson(value))));
}
