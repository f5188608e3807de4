import { encodeBase64Url } from "../../contracts/json/base64.ts";

/** The SHA-256 of one chunk, as its header says it. */
export async function chunkDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return encodeBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
