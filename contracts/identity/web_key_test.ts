import { assert, assertEquals } from "@std/assert";
import { isSignedBy, KeyPair } from "./key_pair.ts";
import { WebKey } from "./web_key.ts";

Deno.test("a seed is the same key for the Web Crypto API as for Deno and Node", async () => {
  const pair = KeyPair.generate("user");
  const key = await WebKey.fromSeed(pair.seed);
  assert(key !== undefined);
  assertEquals([key.publicKey, key.seed], [pair.publicKey, pair.seed]);
  const bytes = crypto.getRandomValues(new Uint8Array(40));
  assertEquals(await key.sign(bytes), pair.sign(bytes));
});

Deno.test("a key of the Web Crypto API signs as NATS expects, and shows its seed to nobody", async () => {
  const key = await WebKey.generate();
  const bytes = new TextEncoder().encode("a challenge");
  assert(isSignedBy("user", key.publicKey, bytes, await key.sign(bytes)));
  const seed = key.seed;
  assert(!JSON.stringify(key).includes(seed) && !Deno.inspect(key, { depth: 9 }).includes(seed));
  assertEquals(await WebKey.fromSeed(KeyPair.generate("account").seed), undefined);
  assertEquals(await WebKey.fromSeed("SUNO"), undefined);
});
