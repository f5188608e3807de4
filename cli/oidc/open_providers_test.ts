import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { openProviders } from "./open_providers.ts";

const EXAMPLE = { name: "example", issuer: "https://login.example.com", clientId: "trellis" };

/** What is wrong with the settings of a project; undefined where nothing is. */
async function wrongWith(file: string, secret?: { text: string; mode: number }) {
  const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
  try {
    await Deno.writeTextFile(join(dir, "oidc.json"), file);
    if (secret !== undefined) {
      await Deno.writeTextFile(join(dir, "secret"), secret.text, { mode: secret.mode });
    }
    const opened = await openProviders(dir);
    return opened.isErr() ? `${opened.error.code} ${opened.error.message}` : undefined;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function wrongProvider(more: object, secret?: { text: string; mode: number }) {
  return wrongWith(JSON.stringify({ providers: [{ ...EXAMPLE, ...more }] }), secret);
}

Deno.test("settings of providers are checked when they are read, and say where they are wrong", async () => {
  assertEquals((await openProviders("/nowhere")).orThrow(), []);
  assertEquals(await wrongProvider({}), undefined);
  assertEquals(await wrongProvider({ issuer: "http://127.0.0.1:9/realm", title: "X" }), undefined);
  assertEquals(await wrongProvider({ createUsers: { emailDomains: ["example.com"] } }), undefined);
  assertStringIncludes(await wrongWith("{") ?? "", "not_json");
  const wrong: readonly (readonly [object, string])[] = [
    [{ name: "Example" }, "/providers/0/name"],
    [{ name: "a/b" }, "/providers/0/name"],
    [{ clientId: "" }, "/providers/0/clientId"],
    [{ clientSecret: "hidden" }, "/providers/0"],
    [{ createUsers: false }, "/providers/0/createUsers"],
    [{ createUsers: { emailDomains: [] } }, "/providers/0/createUsers"],
    [{ createUsers: { emailDomains: ["*"] } }, "/providers/0/createUsers"],
    [{ issuer: "http://login.example.com" }, "must begin with https://"],
    [{ issuer: "login.example.com" }, "is not an address"],
    [{ issuer: "https://a:b@example.com" }, "without a user"],
    [{ issuer: "https://example.com/?a" }, "without a user"],
  ];
  for (const [more, part] of wrong) {
    const message = await wrongProvider(more) ?? "";
    assertStringIncludes(message, "oidc_invalid");
    assertStringIncludes(message, part);
    assertEquals(message.includes("hidden"), false);
  }
  const twice = await wrongWith(JSON.stringify({ providers: [EXAMPLE, EXAMPLE] }));
  assertStringIncludes(twice ?? "", "names example twice");
});

Deno.test("the secret of a client is in a file that nobody else can read", async () => {
  const clientSecretFile = "secret";
  const file = { clientSecretFile };
  assertEquals(await wrongProvider(file, { text: "hidden\n", mode: 0o600 }), undefined);
  assertStringIncludes(await wrongProvider(file) ?? "", "holds no secret");
  assertStringIncludes(await wrongProvider(file, { text: "\n", mode: 0o600 }) ?? "", "no secret");
  if (Deno.build.os === "windows") return;
  const exposed = await wrongProvider(file, { text: "hidden", mode: 0o644 }) ?? "";
  assertStringIncludes(exposed, "keys_exposed");
  assertEquals(exposed.includes("hidden"), false);
});
