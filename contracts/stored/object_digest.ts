import { encodeBase64Url } from "../json/base64.ts";

/** The SHA-256 of an object as stores write it: `SHA-256=` and the padded base64url of the hash. */
export function objectDigest(hash: Uint8Array): string {
  return `SHA-256=${encodeBase64Url(hash)}=`;
}
