import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Result } from "../../contracts/result.ts";
import { LocalOidcProvider } from "../../tests/support/platform/local_oidc_provider.ts";
import { OidcProvider } from "./oidc_provider.ts";
import type { OidcRefusal } from "./oidc_refusal.ts";

const CALLBACK = "http://127.0.0.1:1/oidc/local/callback";

function providerOf(local: LocalOidcProvider, settings: { issuer?: string; secret?: string } = {}) {
  const { issuer = local.issuer, secret = local.clientSecret } = settings;
  return new OidcProvider({ name: "local", issuer, clientId: local.clientId }, secret);
}

function codeOf(answer: Result<unknown, OidcRefusal>): string {
  return answer.isErr() ? answer.error.code : "proved";
}

Deno.test("a provider proves who somebody is, once, and only to whoever began", async () => {
  await using local = await LocalOidcProvider.start();
  const provider = providerOf(local);
  const begin = async (state: string) => (await provider.begin(CALLBACK, state)).orThrow();
  const answerTo = async (url: string) => (await local.follow(url)).search;
  local.person = { sub: "ada-1", name: "Ada", email: "ada@example.com", email_verified: true };
  const begun = await begin("a");
  const answer = await answerTo(begun.url);
  assertEquals((await provider.finish(answer, begun)).orThrow(), {
    issuer: local.issuer,
    subject: "ada-1",
    name: "Ada",
    email: "ada@example.com",
    emailVerified: true,
  });
  const replayed = await provider.finish(answer, begun);
  assertEquals(codeOf(replayed), "answer_invalid");
  assertStringIncludes(replayed.isErr() ? replayed.error.reason : "", "invalid_grant");

  local.person = { sub: "bob" };
  const other = await begin("b");
  const wrong = {
    "another state": { ...other, state: "c" },
    "another nonce": { ...other, nonce: begun.nonce },
    "another verifier": { ...other, verifier: begun.verifier },
    "another redirect address": { ...other, redirectUri: `${CALLBACK}/x` },
  };
  for (const [what, changed] of Object.entries(wrong)) {
    const found = codeOf(await provider.finish(await answerTo(other.url), changed));
    assertEquals(found, "answer_invalid", what);
  }
  const edited = async (edit: (query: URLSearchParams) => void) => {
    const query = new URLSearchParams(await answerTo(other.url));
    edit(query);
    return codeOf(await provider.finish(`?${query}`, other));
  };
  const foreign = "https://evil.example";
  assertEquals(await edited((query) => query.set("iss", foreign)), "answer_invalid");
  assertEquals(await edited((query) => query.delete("iss")), "answer_invalid");
  assertEquals(await edited((query) => query.delete("code")), "answer_invalid");
  assertEquals(await edited((query) => query.append("state", "b")), "answer_invalid");
  assertEquals(await edited(() => {}), "proved");

  local.person = undefined;
  const refused = await provider.finish(await answerTo(other.url), other);
  assertEquals(codeOf(refused), "provider_refused");
  // What the provider writes is shown to nobody.
  assertEquals(JSON.stringify(refused).includes("<b>"), false);
});

Deno.test("a provider that is down, is not the one that was named, or signs with other keys proves nothing", async () => {
  await using local = await LocalOidcProvider.start();
  local.person = { sub: "ada-1" };
  const { port } = new URL(local.issuer);
  const settle = async (provider: OidcProvider) => {
    const begun = (await provider.begin(CALLBACK, "a")).orThrow();
    return codeOf(await provider.finish((await local.follow(begun.url)).search, begun));
  };
  const moved = providerOf(local, { issuer: `http://localhost:${port}` });
  assertEquals(codeOf(await moved.check()), "provider_setup");
  assertEquals(await settle(providerOf(local, { secret: "another" })), "provider_setup");
  local.signsWithOtherKey = true;
  assertEquals(await settle(providerOf(local)), "answer_invalid");
  local.signsWithOtherKey = false;
  const provider = providerOf(local);
  local.isDown = true;
  assertEquals(codeOf(await provider.begin(CALLBACK, "a")), "provider_unreachable");
  local.isDown = false;
  assertEquals(await settle(provider), "proved");
  await using empty = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => Response.json({ issuer: new URL(request.url).origin }),
  );
  const issuer = `http://127.0.0.1:${empty.addr.port}`;
  assertEquals(codeOf(await providerOf(local, { issuer }).check()), "provider_setup");
  await local[Symbol.asyncDispose]();
  assertEquals(codeOf(await providerOf(local).check()), "provider_unreachable");
});
