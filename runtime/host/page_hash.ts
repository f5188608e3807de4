import { sha256 } from "@noble/hashes/sha2.js";
import type { StreamingHash } from "./streaming_hash.ts";

/** SHA-256 where there is none but WebCrypto's, to which bytes cannot be added. */
export function pageHash(hash: ReturnType<typeof sha256.create> = sha256.create()): StreamingHash {
  return {
    update: (bytes) => hash.update(bytes),
    digest: () => hash.digest(),
    copy: () => pageHash(hash.clone()),
  };
}
