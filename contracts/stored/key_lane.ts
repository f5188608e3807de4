import { sha256 } from "@noble/hashes/sha2.js";
import { canonicalJson } from "../json/canonical_json.ts";
import { resolvePointer } from "../json/json_pointer.ts";
import { KEY_LANES } from "./job_names.ts";

const encoder = new TextEncoder();

/** What a payload has at a pointer; a key that it does not have is empty. */
export function keyAt(payload: unknown, pointer: string): unknown {
  return resolvePointer(payload, pointer) ?? "";
}

/** The lane that a key leads to: the first four bytes of its SHA-256. */
export function laneOf(key: unknown): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(encoder.encode(canonicalJson(key)));
  return ((a * 256 + b) * 65_536 + c * 256 + d) % KEY_LANES;
}
