import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encodeUser } from "@nats-io/jwt";
import { createAccount, createCurve, createUser, fromPublic, fromSeed } from "@nats-io/nkeys";
import fc from "fast-check";
import { decodeBase32, encodeBase32 } from "./base32.ts";
import { callerToken, parseCallerToken, type PrincipalKind, sessionOf } from "./caller.ts";
import { decodeJwt } from "./jwt.ts";
import { isSignedBy, KeyPair } from "./key_pair.ts";
import { decodePublicKey, decodeSeed, encodePublicKey, encodeSeed } from "./nkey.ts";
import { longerSubjects } from "./longer_subjects.ts";
import { encodeUserJwt } from "./user_jwt.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

Deno.test("base32 reads what it has written, and no other spelling of it", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (value) => {
    const written = encodeBase32(value);
    assertEquals(decodeBase32(written), Uint8Array.from(value));
  }));
  // RFC 4648, section 10, without the padding.
  assertEquals(encodeBase32(bytes("foobar")), "MZXW6YTBOI");
  for (const wrong of ["MZXW6YTBOI=", "mzxw6", "MZXW6YTBOJ", "M", "0189", "MZX W"]) {
    assertEquals(decodeBase32(wrong), undefined, wrong);
  }
});

Deno.test("keys have the text form that the library of NATS gives them", () => {
  for (let i = 0; i < 20; i++) {
    const theirs = createUser();
    const ours = KeyPair.fromSeed("user", text(theirs.getSeed()));
    assertEquals(ours?.publicKey, theirs.getPublicKey());
    assertEquals(ours?.seed, text(theirs.getSeed()));
  }
  const account = KeyPair.generate("account");
  assertEquals(fromSeed(bytes(account.seed)).getPublicKey(), account.publicKey);
  const curve = createCurve();
  const seed = decodeSeed("curve", text(curve.getSeed()));
  assert(seed !== undefined);
  assertEquals(encodeSeed("curve", seed), text(curve.getSeed()));
});

Deno.test("a text that is no key, or one of another kind, is none", () => {
  const { publicKey, seed } = KeyPair.generate("user");
  const changed = publicKey.slice(0, 20) + (publicKey.charAt(20) === "A" ? "B" : "A") +
    publicKey.slice(21);
  for (const wrong of ["", "U", changed, seed, publicKey.toLowerCase(), `${publicKey}A`]) {
    assertEquals(decodePublicKey("user", wrong), undefined, wrong);
  }
  assertEquals(decodePublicKey("account", publicKey), undefined);
  assertEquals(decodeSeed("account", seed), undefined);
  assertEquals(KeyPair.fromSeed("user", publicKey), undefined);
  assertThrows(() => encodePublicKey("user", new Uint8Array(31)), RangeError);
});

Deno.test("signatures are those of the library, byte for byte, and are checked", () => {
  const ours = KeyPair.generate("user");
  const theirs = fromSeed(bytes(ours.seed));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      const signature = ours.sign(message);
      assertEquals(signature, theirs.sign(message));
      assert(isSignedBy("user", ours.publicKey, message, signature));
      assert(fromPublic(ours.publicKey).verify(message, signature));
      const other = Uint8Array.from([...message, 1]);
      assert(!isSignedBy("user", ours.publicKey, other, signature));
    }),
    { numRuns: 20 },
  );
  const signature = ours.sign(bytes("nonce"));
  assert(!isSignedBy("user", KeyPair.generate("user").publicKey, bytes("nonce"), signature));
  assert(!isSignedBy("user", ours.publicKey, bytes("nonce"), signature.slice(1)));
  assert(!isSignedBy("user", "not a key", bytes("nonce"), signature));
});

Deno.test("a user's token is read by the library of NATS, and ours reads the library's", async () => {
  const issuer = KeyPair.generate("account");
  const user = KeyPair.generate("user");
  const jwt = encodeUserJwt({
    subject: user.publicKey,
    name: "u-ada-abcdefghijklmnop",
    account: "TRELLIS",
    permissions: { publish: ["a.b"], subscribe: [] },
    issuedAt: 1000,
    expiresAt: 1600,
  }, issuer);
  const claims = decode<Record<string, unknown>>(jwt);
  assertEquals([claims.iss, claims.sub, claims.aud], [issuer.publicKey, user.publicKey, "TRELLIS"]);
  assertEquals([claims.iat, claims.exp, claims.nats.type], [1000, 1600, "user"]);
  // An empty list would allow everything.
  assertEquals([claims.nats.pub, claims.nats.sub], [{ allow: ["a.b"] }, { allow: ["_NOTHING"] }]);
  assertEquals(decodeJwt("account", jwt)?.name, "u-ada-abcdefghijklmnop");

  const theirs = createAccount();
  const token = await encodeUser("ada", createUser(), theirs, { pub: { allow: ["x"] } });
  assertEquals(decodeJwt("account", token)?.iss, theirs.getPublicKey());
});

Deno.test("a token that was changed, cut or signed by another is none", () => {
  const issuer = KeyPair.generate("account");
  const user = KeyPair.generate("user").publicKey;
  const jwt = encodeUserJwt(
    { subject: user, name: "n", account: "TRELLIS", issuedAt: 1 },
    issuer,
  );
  const [header = "", body = "", signature = ""] = jwt.split(".");
  const claims = { ...JSON.parse(atob(body)), aud: "SYS" };
  const forged = btoa(JSON.stringify(claims)).replaceAll("=", "");
  for (
    const wrong of [
      "",
      "a.b.c",
      `${header}.${body}`,
      `${header}.${forged}.${signature}`,
      `${jwt}.x`,
      `${btoa('{"alg":"none"}')}.${body}.${signature}`,
      `${header}.${body}.`,
    ]
  ) assertEquals(decodeJwt("account", wrong), undefined, wrong);
  assertEquals(decodeJwt("user", jwt), undefined);
});

Deno.test("a caller is read from its token as it was written, whatever its id holds", () => {
  const session = sessionOf(KeyPair.generate("user").publicKey);
  assert(/^[a-z2-7]{16}$/.test(session));
  const kinds: readonly PrincipalKind[] = ["service", "user", "device", "agent", "admin"];
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  fc.assert(fc.property(fc.constantFrom(...kinds), id, (kind, id) => {
    const caller = { principal: { kind, id }, session };
    assertEquals(parseCallerToken(callerToken(caller)), caller);
  }));
});

Deno.test("what could widen a subject is no caller", () => {
  const session = "abcdefghijklmnop";
  for (const id of ["", "*", ">", "a.b", "~", "a b", "é", "ａ", "а", "a\n", "a".repeat(65)]) {
    assertThrows(() => callerToken({ principal: { kind: "user", id }, session }), RangeError);
    assertEquals(parseCallerToken(`u-${id}-${session}`), undefined, id);
  }
  for (const token of ["", "u", "x-ada-abcdefghijklmnop", "u-ada", "u-ada-ABCDEFGHIJKLMNOP"]) {
    assertEquals(parseCallerToken(token), undefined, token);
  }
});

Deno.test("a subscription with a star at its end is kept from being one for all that follows", () => {
  assertEquals(
    longerSubjects(["_INBOX.a.>", "rpc.v1.Orders.Get.*", "$SRV.*.orders"]),
    ["rpc.v1.Orders.Get.*.>"],
  );
  // What is allowed by itself is not denied.
  const own = ["rpc.v1.Orders.Get.*", "rpc.v1.Orders.Get.All.*"];
  assertEquals(longerSubjects(own), ["rpc.v1.Orders.Get.All.*.>"]);
});
