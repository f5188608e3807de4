import { encodeBase64Url } from "../../../contracts/json/base64.ts";
import type { StreamingHash } from "../../host/streaming_hash.ts";

/**
 * The SHA-256 of what a hash was given, as the header of a chunk says it. Nothing is hashed twice for it: what a hash has
 * come to is copied, and the chunk that does not follow from those before it is the one that was damaged.
 */
export function digestSoFar(hash: StreamingHash): string {
  return encodeBase64Url(hash.copy().digest());
}
