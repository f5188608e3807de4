import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CertificateAuthority } from "../../links/transport-deno/testing/certificates.ts";
import { readKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import { securedSettings } from "../../cli/nats_server/security/secured_settings.ts";
import { probeServer } from "../../cli/nats_server/probe/probe_server.ts";
import { openConnection } from "../../runtime/nats/connection.ts";
import { AuthCallout } from "../../runtime/platform/nats/auth_callout.ts";
import { SecuredServer } from "../support/secured_server.ts";
import { binary, freePort, start, temporaryDir } from "../support/server_process.ts";
import { until } from "../support/until.ts";
import { trellis, trellisProcess } from "./support/trellis_command.ts";

interface Report {
  readonly nats: string;
  readonly findings: readonly { readonly check: string; readonly state: string }[];
}

/** States by check. */
function statesIn(stdout: string): Record<string, string> {
  const { findings }: Report = JSON.parse(stdout);
  return Object.fromEntries(findings.map(({ check, state }) => [check, state]));
}

const ALL_WELL = {
  version: "ok",
  tls: "ok",
  login: "ok",
  accounts: "ok",
  jetstream: "ok",
  callout: "ok",
  durability: "ok",
};

Deno.test("the printed configuration runs a server that has nothing wrong with it", async () => {
  await using dir = await temporaryDir();
  const keysDir = join(dir.path, "keys");
  const authority = new CertificateAuthority("infra tests");
  const { cert, key } = authority.issue("server");
  const file = (name: string) => join(dir.path, name);
  for (const [name, text] of [["ca.pem", authority.cert], ["crt", cert], ["key", key]] as const) {
    await Deno.writeTextFile(file(name), text);
  }
  const words = [
    ...["infra", "config", "--keys", keysDir, "--tls-cert", file("crt"), "--tls-key", file("key")],
    ...["--store", file("data"), "--log", file("nats.log"), "--origin", "https://app.example.com"],
  ];
  const printed = await trellis(words);
  assertEquals(printed.code, 0, printed.stderr);
  assertStringIncludes(printed.stderr, keysDir);
  assertStringIncludes(printed.stdout, "sync_interval: always");
  const again = await trellis(words);
  assertEquals(again.stdout, printed.stdout);
  const keys = (await readKeyFolder(keysDir)).orThrow();
  assert(keys !== undefined);
  const { issuer, xkey, callouts, platform, sys, admin } = keys;
  for (const { seed } of [issuer, xkey, ...callouts, platform, sys, admin]) {
    assert(!printed.stdout.includes(seed));
  }

  const port = freePort();
  const listening = printed.stdout.replace('"0.0.0.0:8443"', `"127.0.0.1:${freePort()}"`);
  await Deno.writeTextFile(file("nats.conf"), listening);
  const child = new Deno.Command(binary, {
    args: ["-c", file("nats.conf"), "-a", "127.0.0.1", "-p", String(port)],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await until(
      async () => (await probeServer("127.0.0.1", port, 1000)).isOk(),
      "the server listens",
    );
    const servers = `tls://localhost:${port}`;
    const tls = { caFile: file("ca.pem") };
    const [answerer] = callouts;
    const connection = (await openConnection({ servers, name: "callout", key: answerer, tls }))
      .orThrow();
    await using _callout = new AuthCallout({
      connection,
      issuer,
      xkey,
      account: "TRELLIS",
      admit: () => Promise.resolve({ name: "anybody" }),
      onError: (cause) => {
        throw cause;
      },
    });
    await connection.flush();
    const checked = await trellisProcess(
      ["infra", "check", "--nats", servers, "--keys", keysDir, "--json"],
      { env: { DENO_CERT: file("ca.pem") } },
    );
    assertEquals(statesIn(checked.stdout), ALL_WELL);
    assertEquals(checked.code, 0);
    await connection.close();
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("an embedded server that is secured passes, and one whose callout is silent does not", async () => {
  await using server = await SecuredServer.start();
  const words = ["infra", "check", "--nats", server.url, "--keys", server.keysDir];
  const silent = await trellis([...words, "--json"]);
  assertEquals(statesIn(silent.stdout), { ...ALL_WELL, callout: "problem", durability: "warning" });
  assertEquals(silent.code, 1);
  const answering = await server.answer(() => Promise.resolve(undefined));
  const refusing = await trellis(words);
  assertMatch(
    refusing.stdout,
    /✗ callout +it answers, and does not let the admin in\n +The Trellis/,
  );
  await answering[Symbol.asyncDispose]();
  await server.answer(() => Promise.resolve({ name: "admin" }));
  const well = await trellis(words);
  assertEquals(well.code, 0, well.stdout);
  assertMatch(well.stdout, /✓ callout/);
});

Deno.test("a server that lets in everybody, or has other keys, is found out", async () => {
  await using dir = await temporaryDir();
  await using open = await start(join(dir.path, "nats"));
  const keysDir = join(dir.path, "keys");
  const none = await trellis(["infra", "check", "--nats", open.url, "--keys", keysDir]);
  assertEquals(none.code, 4);
  assertStringIncludes(none.stderr, "trellis infra config");
  await trellis(["infra", "config", "--keys", keysDir]);
  const found = await trellis(["infra", "check", "--nats", open.url, "--keys", keysDir, "--json"]);
  assertEquals(found.code, 1);
  assertEquals(statesIn(found.stdout).login, "problem");

  await using server = await SecuredServer.start();
  const foreign = await trellis(["infra", "check", "--nats", server.url, "--keys", keysDir]);
  assertEquals(foreign.code, 1);
  assertMatch(
    foreign.stdout,
    /✗ accounts +the keys of the platform and the callout and the system/,
  );

  const gone = await trellis(["infra", "check", "--nats", `127.0.0.1:${freePort()}`]);
  assertEquals(gone.code, 5);
});

Deno.test("messages that pass between accounts are found", async () => {
  await using dir = await temporaryDir();
  const keysDir = join(dir.path, "keys");
  const { settings } = (await securedSettings(keysDir)).orThrow();
  const configText = settings.configText
    .replace("TRELLIS {", 'TRELLIS { exports: [ { stream: ">" } ]')
    .replace("AUTH {", 'AUTH { imports: [ { stream: { account: TRELLIS, subject: ">" } } ]');
  await using server = await start(join(dir.path, "nats"), { configText });
  const checked = await trellis(["infra", "check", "--nats", server.url, "--keys", keysDir]);
  assertMatch(checked.stdout, /✗ accounts +messages pass from one account to another/);
});
