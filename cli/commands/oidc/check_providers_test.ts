import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { LocalOidcProvider } from "../../../tests/support/platform/local_oidc_provider.ts";
import { EXIT_CODE } from "../../program/exit_code.ts";
import { output } from "../../program/output.ts";
import { recordingTerminal } from "../../terminal/recording_terminal.ts";
import { checkProviders } from "./check_providers.ts";

Deno.test("checking providers says which answer, and what must be registered there", async () => {
  await using local = await LocalOidcProvider.start();
  const project = await Deno.makeTempDir({ prefix: "trellis-test-" });
  const check = async (json: boolean) => {
    const { terminal, out, err } = recordingTerminal();
    const globals = {
      json,
      quiet: false,
      noColor: true,
      nats: undefined,
      domain: undefined,
      project,
    };
    const exit = await checkProviders({
      terminal,
      output: output(terminal, globals),
      globals,
      signal: new AbortController().signal,
      by: "test",
      canAsk: false,
      localPort: 0,
    });
    return { exit, out: out(), err: err() };
  };
  try {
    const none = await check(false);
    assertEquals(none.exit, EXIT_CODE.notFound);
    assertStringIncludes(none.err, "oidc.json");
    const { issuer, clientId } = local;
    const other = issuer.replace("127.0.0.1", "localhost");
    const providers = [{ name: "good", issuer, clientId }, {
      name: "moved",
      issuer: other,
      clientId,
    }];
    await Deno.writeTextFile(join(project, "oidc.json"), JSON.stringify({ providers }));
    const text = await check(false);
    assertEquals(text.exit, EXIT_CODE.failure);
    assertStringIncludes(text.out, `✓ good  ${issuer} answers`);
    assertStringIncludes(text.out, "does not match the expected issuer");
    assertStringIncludes(text.err, "--portal-port");
    const [good, moved] = JSON.parse((await check(true)).out).providers;
    assertEquals(good.redirectUri, "http://127.0.0.1:<port>/oidc/good/callback");
    assertEquals([good.problem, typeof moved.problem], [undefined, "string"]);
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
