import { assert, assertEquals, assertThrows } from "@std/assert";
import { deviceKey, newRootSecret } from "./device_key.ts";
import { KeyPair } from "./key_pair.ts";

Deno.test("the key of a device is HKDF-SHA256 of its root secret, as other libraries derive it", async () => {
  const root = newRootSecret();
  const bytes = Uint8Array.fromBase64(root, { alphabet: "base64url" });
  assertEquals(bytes.length, 32);
  const info = new TextEncoder().encode("trellis.device.v1");
  const base = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
  const params = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const derived = new Uint8Array(await crypto.subtle.deriveBits(params, base, 256));
  const { seed, publicKey } = KeyPair.fromBytes("user", derived);
  // As a file, with the end of its line, and as bytes: the same each time.
  for (const given of [root, `${root}\n`, bytes]) {
    assertEquals(deviceKey(given), { seed, publicKey });
  }
  // Devices that are out there have this key for ever.
  assertEquals(
    deviceKey(new Uint8Array(32)).publicKey,
    "UATQATAXBH2UUWTSQDSNEE5ZYMFXKQGSILRXAKSMX2ANEOM6CFKUI6YF",
  );
});

Deno.test("what is no root secret is refused without being shown", () => {
  for (const given of ["", "correct horse battery staple", "c2hvcnQ", new Uint8Array(15)]) {
    const error = assertThrows(() => deviceKey(given), RangeError);
    assert(given === "" || !error.message.includes(String(given)));
  }
});
