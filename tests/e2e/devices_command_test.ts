import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { deviceKey, newRootSecret } from "../../contracts/identity/device_key.ts";
import { buildBundle, bundleText } from "../../contracts/manifest/bundle.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { defineDeviceContract, TrellisClient } from "../../mod.ts";
import { provision } from "../support/deployed.ts";
import { app, device, guarded, serveGuarded } from "../support/platform/desk.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { onWindows } from "../support/server_process.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { trellis } from "./support/trellis_command.ts";

interface Listed {
  readonly session: string;
  readonly state: string;
}

/** What nobody has accepted yet. */
const wall = defineDeviceContract({}, () => ({
  id: "wall-display@v1",
  displayName: "Wall",
  description: "Shows what happens.",
}));

/** A service, what a device runs that calls it, and the command line. */
const share = shared(async () => {
  const platform = await SecuredTrellis.start();
  await serveGuarded(await platform.deploy(guarded));
  await provision(platform.authority, device);
  await provision(platform.authority, app);
  const run = (words: readonly string[], stdin = "") =>
    trellis([...words, "--nats", platform.url, "--keys", platform.server.keysDir], { stdin });
  return {
    platform,
    run,
    devices: async (): Promise<readonly Listed[]> =>
      JSON.parse((await run(["devices", "list", "--json"])).stdout),
    connect: (rootSecret: string, waitMs = 0) =>
      TrellisClient.connect({
        contract: device,
        trellisUrl: platform.url,
        sessionKeySeed: deviceKey(rootSecret).seed,
        waitMs,
      }),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
});

Deno.test("a device comes in when it is activated, without a new process, until it is revoked", async () => {
  const { platform, run, devices, connect } = await share();
  const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
  const out = join(dir, "root.secret");
  const added = await run(["devices", "add", device.id, "--out", out]);
  assertEquals(added.code, 0);
  const rootSecret = await Deno.readTextFile(out);
  if (!onWindows) assertEquals(((await Deno.stat(out)).mode ?? 0) & 0o777, 0o600);
  assert(!(added.stdout + added.stderr).includes(rootSecret.trim()));
  const name = sessionOf(deviceKey(rootSecret).publicKey);
  assertEquals(added.stdout, `${name}\n`);
  assertStringIncludes(added.stderr, `trellis devices activate ${name}`);

  const refused = await connect(rootSecret);
  assertEquals(refused.isErr() && refused.error.code, "trellis.session.pending");
  const connecting = connect(rootSecret, 60_000);
  const listed = await run(["devices", "list"]);
  assertMatch(listed.stdout, new RegExp(`^${name} +desk-device@v1 .* waits for activation$`, "m"));
  assertEquals((await run(["devices", "activate", name])).stdout, `activated ${name}\n`);
  await using client = await connecting.orThrow();
  assertEquals(await client.rpc.desk.read({ id: "1" }).orThrow(), { id: "1" });
  assertEquals((await devices()).find(({ session }) => session === name)?.state, "live");

  const revoking = run(["devices", "revoke", name]);
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isErr(), "it is closed");
  assertEquals((await revoking).code, 0);
  const again = await connect(rootSecret);
  assertEquals(again.isErr() && again.error.message, "this session was revoked");
  assertStringIncludes((await run(["devices", "activate", name])).stderr, "was revoked");
  const same = await run(["devices", "add", device.id, deviceKey(rootSecret).publicKey]);
  assertStringIncludes(same.stderr, "make a new key");

  const history = (await platform.platform.audit.read()).orThrow();
  const text = JSON.stringify(history);
  assert(!text.includes(rootSecret.trim()) && !text.includes(deviceKey(rootSecret).seed));
  const told = history.flatMap((entry) => readAuditEntry(entry) ?? [])
    .filter(({ subject }) => subject === `device:${name}`).map(({ kind }) => kind);
  assertEquals(told, ["session.opened", "session.activated", "session.revoked"]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a factory's devices are provisioned together, and each of them once", async () => {
  const { run, devices, connect } = await share();
  const secrets = [newRootSecret(), newRootSecret(), newRootSecret()];
  const keys = secrets.map((secret) => deviceKey(secret).publicKey);
  const add = (stdin: string, ...options: readonly string[]) =>
    run(["devices", "add", device.id, "-", ...options], stdin);
  // One that is wrong spoils all, and may be a secret.
  const spoilt = await add(`${keys[0]}\n${deviceKey(secrets[1]!).seed}\n`);
  assertEquals([spoilt.code, spoilt.stderr.includes(deviceKey(secrets[1]!).seed)], [2, false]);
  assertStringIncludes(spoilt.stderr, "line 2");
  const known = new Set((await devices()).map(({ session }) => session));
  assertEquals(keys.filter((key) => known.has(sessionOf(key))), []);
  assertEquals((await add("\n")).code, 2);

  assertEquals((await add(`${keys[0]}\n`)).code, 0);
  const rest = await add(`${keys.join("\r\n")}\r\n`, "--activate");
  assertEquals(rest.code, 1);
  const names = keys.map(sessionOf);
  const [taken = ""] = names;
  assertEquals(
    rest.stdout,
    [
      `${taken}  not added: its key has, or had, a session`,
      ...names.slice(1),
      "",
    ].join("\n"),
  );
  const waiting = await connect(secrets[0]!);
  assertEquals(waiting.isErr() && waiting.error.code, "trellis.session.pending");
  await using client = await connect(secrets[1]!).orThrow();
  assertEquals(await client.rpc.desk.read({ id: "2" }).orThrow(), { id: "2" });
});

Deno.test("what devices of a project run is presented by the first of them, and a person decides", async () => {
  const { run, platform } = await share();
  const project = await Deno.makeTempDir({ prefix: "trellis-test-" });
  await Deno.mkdir(join(project, ".trellis"));
  const file = "contracts/wall.ts";
  const { id, digest, manifest } = wall;
  const bundle = bundleText(buildBundle([{ id, digest, file, manifest }]));
  await Deno.writeTextFile(join(project, ".trellis", "manifest.json"), bundle);
  const add = () => run(["devices", "add", wall.id, "--activate", "--project", project]);
  const waiting = await add();
  assertEquals([waiting.code, waiting.stdout], [3, ""]);
  const { pending } = (await platform.authority.show("wall-display")).orThrow();
  assertStringIncludes(waiting.stderr, "trellis svc wall-display authority plan list");
  const decision = { verb: "accept-update", by: "reviewer" } as const;
  (await platform.authority.decide("wall-display", pending?.planId ?? "", decision)).orThrow();
  const added = await add();
  assertEquals([added.code, added.stdout.trim().length], [0, 43]);
  const client = await TrellisClient.connect({
    contract: wall,
    trellisUrl: platform.url,
    sessionKeySeed: deviceKey(added.stdout).seed,
  }).orThrow();
  await client.close();
  await Deno.remove(project, { recursive: true });
});

Deno.test("a device runs what is accepted and made for devices; names that widen something are none", async () => {
  const { run, platform } = await share();
  const { publicKey } = deviceKey(newRootSecret());
  const cases = [
    [["add", "desk@v1", publicKey], 1, "no device may run"],
    [["add", "desk-app@v1", publicKey], 1, "no device may run"],
    [["add", "nothing@v1", publicKey], 4, "nothing of nothing@v1 is accepted"],
    [["add", "desk-device@v2", publicKey], 4, "nothing of desk-device@v2 is accepted"],
    [["add", "desk-device", publicKey], 2, "not the id of a contract"],
    [["add", "*@v1", publicKey], 2, "not the id of a contract"],
    [["add", device.id, "U*"], 2, "not the public key"],
    [["add", device.id, publicKey, "--out", "x"], 2, "--out"],
    [["activate", "*"], 2, "not the name of a device"],
    [["activate", "a".repeat(16)], 4, "no device"],
    // Sessions of others are no devices.
    [["activate", sessionOf(platform.server.keys.admin.publicKey)], 4, "no device"],
    [["revoke", "x:y"], 2, "neither"],
    [["revoke", ">"], 2, "neither"],
    [["revoke", "a".repeat(16)], 4, "no sessions"],
  ] as const;
  for (const [words, code, said] of cases) {
    const answer = await run(["devices", ...words]);
    assertEquals([answer.code, answer.stderr.includes(said)], [code, true], answer.stderr);
  }
});
