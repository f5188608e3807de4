import { encodeBase64Url } from "../../contracts/json/base64.ts";
import { currentHost } from "../host/host.ts";

/** The SHA-256 of one chunk, as its header says it. */
export async function chunkDigest(bytes: Uint8Array): Promise<string> {
  return encodeBase64Url(await currentHost().sha256(bytes));
}
