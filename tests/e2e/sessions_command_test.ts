import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { openKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { provision } from "../support/deployed.ts";
import { orders, serveOrders, shop } from "../support/platform/shops.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";
import { RunningProject } from "./support/running_project.ts";
import { trellis } from "./support/trellis_command.ts";

interface Listed {
  readonly session: string;
  readonly principal: { readonly kind: string; readonly id: string };
  readonly state: string;
  readonly revokedBy?: string;
  readonly connections: readonly { readonly client: string }[];
}

Deno.test("sessions of a project are listed and revoked, and completed on the way", async () => {
  await using running = await RunningProject.shop({ words: ["start"] });
  await running.dev.until("Become the first admin");
  await running.dev.until("/first-admin/");
  const [link = ""] = running.dev.stderr.match(/http\S+first-admin\S+/) ?? [];
  assertStringIncludes(await (await fetch(link)).text(), "Become the first admin");
  const list = () => running.json<readonly Listed[]>(["sessions", "list"]);
  const [worker] = (await list()).filter(({ principal }) => principal.kind === "service");
  assert(worker !== undefined);
  assertEquals([worker.principal.id, worker.state], ["shop", "live"]);
  assertEquals(worker.connections.map(({ client }) => client), ["shop@v1"]);
  const { stdout } = await running.trellis(["sessions", "list"]);
  assertMatch(stdout, /^service:shop +[a-z2-7]{16} +.* +live, 1 connection$/m);
  assertMatch(stdout, /^admin:local +[a-z2-7]{16} +.* +away$/m);
  const completed = await running.trellis(["__complete", "bash", "trellis sessions revoke "]);
  for (const offered of [worker.session, "service:shop", "admin:local"]) {
    assertStringIncludes(completed.stdout, `\n${offered}`);
  }
  const revoked = await running.json<{ sessions: readonly Listed[]; closed: number }>(
    ["sessions", "revoke", worker.session],
  );
  assertEquals(revoked.sessions.map(({ session }) => session), [worker.session]);
  assertEquals(revoked.closed, 1);
  // Its instance has ended, and the one that dev runs instead has a session of its own.
  await until(async () => {
    const of = (await list()).filter(({ principal }) => principal.id === "shop");
    return of.some(({ state }) => state === "live") &&
      of.every(({ session, state }) => session !== worker.session || state === "revoked");
  }, "another instance is live");
});

Deno.test("all sessions of a principal go at once; what is not there is not found", async () => {
  await using platform = await SecuredTrellis.start();
  await provision(platform.authority, shop);
  for (let instance = 0; instance < 2; instance++) {
    const { seed } = await platform.platform.openSession("shop");
    // A service that is asked to connect anew has two connections for a moment; these stay as they are.
    (await platform.server.open(KeyPair.fromSeed("user", seed)!)).orThrow();
  }
  const { url, keysDir } = platform.server;
  const run = (...words: readonly string[]) =>
    trellis(["sessions", ...words, "--nats", url, "--keys", keysDir]);
  const kicked = await run("disconnect", "service:shop");
  assertMatch(
    kicked.stdout,
    /^(disconnected [a-z2-7]{16} of service:shop\n){2}closed 2 connections\n$/,
  );
  await until(async () => {
    const { stdout } = await run("list", "--json");
    const listed: readonly Listed[] = JSON.parse(stdout);
    return listed.filter(({ principal, state }) => principal.id === "shop" && state === "live")
      .length === 2;
  }, "both are back");
  const { code, stdout } = await run("revoke", "service:shop");
  assertEquals(code, 0);
  assertMatch(stdout, /^(revoked [a-z2-7]{16} of service:shop\n){2}closed 2 connections\n$/);
  for (const [target, exit] of [["user:ada", 4], ["a".repeat(16), 4], ["ada", 2]] as const) {
    assertEquals((await run("revoke", target)).code, exit, target);
  }
});

Deno.test("an instance elsewhere is let in by a key, which is shown once, until it is revoked", async () => {
  await using platform = await SecuredTrellis.start();
  await provision(platform.authority, orders);
  const { url, keysDir } = platform.server;
  const run = (...words: readonly string[]) =>
    trellis(["sessions", ...words, "--nats", url, "--keys", keysDir]);
  const added = await run("add", "orders-service");
  assertEquals([added.code, added.stdout.length], [0, 59]);
  const sessionKeySeed = added.stdout.trim();
  const key = KeyPair.fromSeed("user", sessionKeySeed);
  assert(key !== undefined);
  assertStringIncludes(added.stderr, `trellis sessions revoke ${sessionOf(key.publicKey)}`);
  const service = await platform.connect(orders, { sessionKeySeed });
  await serveOrders(service);
  const { code, stdout } = await run("revoke", sessionOf(key.publicKey));
  assertEquals([code, stdout.includes("closed 1 connection")], [0, true]);
  const again = await run("add", "orders-service", "--public-key", key.publicKey);
  assertStringIncludes(again.stderr, "make a new key");
  const wrong = await run("add", "orders-service", "--public-key", sessionKeySeed);
  assertEquals([wrong.code, wrong.stderr.includes(sessionKeySeed)], [2, false]);
  assertEquals((await run("add", "nobody")).code, 4);
});

Deno.test("without keys, and of a server that lets in everybody, there are no sessions", async () => {
  await using platform = await SecuredTrellis.start();
  await using open = await TrellisServer.start();
  const { url, keysDir } = platform.server;
  const run = (...words: readonly string[]) => trellis(["sessions", "list", ...words]);
  const unnamed = await run("--nats", url);
  assertEquals(unnamed.code, 4);
  assertStringIncludes(unnamed.stderr, "--keys");
  const lets = await run("--nats", open.url, "--keys", keysDir, "--json");
  assertEquals(lets.code, 1);
  assertEquals(JSON.parse(lets.stderr).error.code, "not_secured");
});

Deno.test("keys of another server are said to be that, by each command that needs keys", async () => {
  await using platform = await SecuredTrellis.start();
  const dir = await Deno.makeTempDir();
  (await openKeyFolder(dir)).orThrow();
  const named = ["--nats", platform.server.url, "--keys", dir];
  const said = async (...words: readonly string[]) => {
    const { stdout, stderr } = await trellis([...words, ...named]);
    return stdout + stderr;
  };
  const checked = await said("infra", "check");
  const listed = await said("sessions", "list");
  const backedUp = await said("backup", join(dir, "backup"));
  await Deno.remove(dir, { recursive: true });
  assertStringIncludes(checked, "JetStream cannot be seen without the right keys");
  assertStringIncludes(checked, "does not let the admin in");
  assertStringIncludes(listed, "the keys of another server");
  assertStringIncludes(backedUp, "the keys of another server");
});
