import { assertEquals } from "@std/assert";
import "./deno_host.ts";
import { objectDigest } from "../../contracts/stored/object_digest.ts";
import { currentHost } from "./host.ts";
import { pageHash } from "./page_hash.ts";
import type { StreamingHash } from "./streaming_hash.ts";

Deno.test("what Deno hashes and what pages hash is the same, written as stores write it", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const inPieces = (hash: StreamingHash) => {
    for (let at = 0; at < bytes.length; at += 7001) {
      // What becomes of a copy does not matter.
      hash.copy().update(bytes);
      hash.update(bytes.subarray(at, at + 7001));
    }
    assertEquals(hash.copy().digest().length, 32);
    return objectDigest(hash.digest());
  };
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const text = `SHA-256=${expected.toBase64({ alphabet: "base64url" })}`;
  assertEquals(inPieces(await currentHost().newSha256()), text);
  assertEquals(inPieces(pageHash()), text);
});
