import { encodeBase64Url } from "../../contracts/json/base64.ts";

/** The SHA-256 of one chunk, as its header says it. */
export async function chunkDigest(bytes: Uint8Array): Promise<string> {
  // No memory is shared with other threads here, which is all that the type leaves open.
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return encodeBase64Url(new Uint8Array(hash));
}
