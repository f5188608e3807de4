import { assertEquals } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import "./deno_host.ts";
import { objectDigest } from "../../contracts/stored/object_digest.ts";
import { currentHost, type StreamingHash } from "./host.ts";

Deno.test("what Deno hashes and what pages hash is the same, written as stores write it", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const inPieces = (hash: StreamingHash) => {
    for (let at = 0; at < bytes.length; at += 7001) hash.update(bytes.subarray(at, at + 7001));
    return objectDigest(hash.digest());
  };
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const text = `SHA-256=${expected.toBase64({ alphabet: "base64url" })}`;
  assertEquals(inPieces(await currentHost().newSha256()), text);
  assertEquals(inPieces(sha256.create()), text);
  assertEquals(objectDigest(await currentHost().sha256(bytes)), text);
});
