import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { Result } from "../../contracts/result.ts";
import { type Principal, sessionOf } from "../../contracts/identity/caller.ts";
import { TrellisClient } from "../../mod.ts";
import type { RequestContext } from "../../runtime/rpc/request_context.ts";
import { provision } from "../../tests/support/deployed.ts";
import { app, device, guarded, otherApp, serveGuarded } from "../../tests/support/platform/desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { userProblem } from "./entitlement.ts";
import { SecuredPlatform } from "./secured_platform.ts";
import { until } from "../../tests/support/until.ts";

const ADA = { kind: "user", id: "ada" } as const;

async function connect<const B extends ContractBody>(
  trellis: SecuredTrellis,
  contract: Contract<B>,
  sessionKeySeed: string,
) {
  return await TrellisClient.connect({ contract, trellisUrl: trellis.url, sessionKeySeed });
}

function codeOf(answer: Result<unknown, Error>): unknown {
  return answer.isErr() && "code" in answer.error ? answer.error.code : undefined;
}

/** A session of ada's, of a contract that is approved. */
async function approved(trellis: SecuredTrellis, contract: Contract): Promise<string> {
  const session = (await trellis.platform.openUserSession({ principal: ADA, contract })).orThrow();
  if (session.pending !== undefined) await provision(trellis.authority, contract);
  return session.seed ?? "";
}

Deno.test("a user calls what the app asks for and what was granted, and handlers know who it is", async () => {
  await using trellis = await SecuredTrellis.start();
  const callers: RequestContext["caller"][] = [];
  await serveGuarded(await trellis.deploy(guarded), callers);
  const seed = await approved(trellis, app);
  await using before = (await connect(trellis, app, seed)).orThrow();
  assertEquals(await before.rpc.desk.read({ id: "1" }).orThrow(), { id: "1" });
  assertEquals(callers.map(({ principal }) => principal), [ADA]);
  const refused = await before.rpc.desk.refund({ id: "1" });
  assert(refused.isErr());
  await trellis.platform.access.change({
    action: "add",
    holder: ADA,
    names: ["desk.refund"],
    by: "root",
  }).then((change) => change.orThrow());
  await using after = (await connect(trellis, app, seed)).orThrow();
  assertEquals(await after.rpc.desk.refund({ id: "1" }).orThrow(), { id: "1" });
  assertEquals(trellis.failures, []);
});

Deno.test("what is taken from a user, or from a group of theirs, ends within a second, also for who is connected", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  const { access } = trellis.platform;
  const support = { kind: "group", id: "support" } as const;
  const change = async (
    action: "add" | "remove",
    holder: Parameters<typeof access.change>[0]["holder"],
    name: string,
  ) => (await access.change({ action, holder, names: [name], by: "root" })).orThrow();
  for (const [holder, name] of [[ADA, "desk.refund"], [support, "desk.refund"]] as const) {
    if (holder === support) {
      await change("add", support, name);
      await change("add", ADA, "group:support");
    } else await change("add", ADA, name);
    const seed = await approved(trellis, app);
    await using client = (await connect(trellis, app, seed)).orThrow();
    await client.rpc.desk.refund({ id: "1" }).orThrow();
    const began = performance.now();
    await change("remove", holder, name);
    await until(async () => {
      const answer = await client.rpc.desk.refund({ id: "1" });
      return codeOf(answer) === "trellis.permission.capability";
    }, "the right is gone");
    // Well within a second on a machine that does nothing else.
    assert(performance.now() - began < 5000, `it took ${performance.now() - began} ms`);
    assertEquals((await client.rpc.desk.read({ id: "1" })).isOk(), true);
  }
  assertEquals(trellis.failures, []);
});

Deno.test("a contract that nobody approved waits, and is asked for once", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  const session = (await trellis.platform.openUserSession({ principal: ADA, contract: app }))
    .orThrow();
  assertEquals(session.pending?.needs.contract, app.id);
  const waiting = await connect(trellis, app, session.seed ?? "");
  assertEquals(waiting.isErr() && waiting.error.code, "trellis.session.pending");
  assertStringIncludes(
    waiting.isErr() ? waiting.error.message : "",
    "waits until a person approves",
  );
  await provision(trellis.authority, app);
  await using client = (await connect(trellis, app, session.seed ?? "")).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  const again = (await trellis.platform.openUserSession({ principal: ADA, contract: app }))
    .orThrow();
  assertEquals(again.pending, undefined);
});

Deno.test("a contract that is unknown, of another kind or larger than what was accepted is refused with the reason", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  const seed = await approved(trellis, app);
  const reason = async (contract: Contract, key: string) => {
    const connected = await connect(trellis, contract, key);
    if (connected.isErr()) return connected.error.message;
    await connected.value.close();
    return "";
  };
  assertStringIncludes(await reason(otherApp, seed), "it was opened for another contract");
  const larger = { ...app, digest: "larger" } as typeof app;
  assertStringIncludes(await reason(larger, seed), "asks for more than what was accepted");
  // The session itself is fine.
  assertEquals(await reason(app, seed), "");
  const session = (await trellis.platform.openUserSession({ principal: ADA, contract: device }))
    .orThrow();
  await provision(trellis.authority, device);
  assertStringIncludes(await reason(device, session.seed ?? ""), "users run apps");
});

Deno.test("a key that the user made is bound without its secret, and revoking it closes what is open", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  await approved(trellis, app);
  const key = KeyPair.generate("user");
  const session = (await trellis.platform.openUserSession({
    principal: ADA,
    contract: app,
    publicKey: key.publicKey,
  })).orThrow();
  assertEquals([session.seed, session.session], [undefined, sessionOf(key.publicKey)]);
  await using client = (await connect(trellis, app, key.seed)).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  await session.revoke();
  await until(
    async () => (await client.rpc.desk.read({ id: "1" })).isErr(),
    "the connection is closed",
  );
  const refused = await connect(trellis, app, key.seed);
  assertStringIncludes(refused.isErr() ? refused.error.message : "", "revoked");
  assertEquals(trellis.failures, []);
});

Deno.test("whoever is disabled is shut out within a second and told why, and comes in again when enabled", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  const { users, audit } = trellis.platform;
  const { id } = (await users.add({ name: "ada" }, "root")).orThrow();
  const principal = { kind: "user", id } as const;
  const opened = (await trellis.platform.openUserSession({ principal, contract: app })).orThrow();
  await provision(trellis.authority, app);
  const seed = opened.seed ?? "";
  await using client = (await connect(trellis, app, seed)).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  const began = performance.now();
  (await users.disable(id, "root")).orThrow();
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isErr(), "nothing is open");
  // Well within a second on a machine that does nothing else.
  assert(performance.now() - began < 5000, `it took ${performance.now() - began} ms`);
  const refused = await connect(trellis, app, seed);
  assertStringIncludes(refused.isErr() ? refused.error.message : "", "was disabled");
  (await users.enable(id, "root")).orThrow();
  // Whoever was connected does not wait until the server ends the connection of who may do nothing.
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isOk(), "they are back");
  await using again = (await connect(trellis, app, seed)).orThrow();
  await again.rpc.desk.read({ id: "1" }).orThrow();
  const kinds = (await audit.read()).orThrow().map((text) => JSON.parse(text).kind);
  assertEquals(kinds.slice(1), ["user.added", "session.opened", "user.disabled", "user.enabled"]);
  assertEquals(trellis.failures, []);
  const { connection } = trellis.messaging;
  await connection.request(`$KV.trellis_users.user.${id}`, "damaged");
  assert((await connect(trellis, app, seed)).isErr());
  assertStringIncludes(String(trellis.failures[0]), `user.${id}`);
});

Deno.test("a person may act while they are known, not disabled, and as an admin only when their record says so", () => {
  assertEquals(userProblem("user", {}), undefined);
  assertEquals(userProblem("admin", { admin: true }), undefined);
  assertEquals(userProblem("user", { admin: true, disabledAt: "2026" }), "user_disabled");
  assertEquals(userProblem("admin", { admin: true, disabledAt: "2026" }), "user_disabled");
  assertEquals(userProblem("admin", {}), "login_required");
  assertEquals(userProblem("user", undefined), "login_required");
});

Deno.test("a key that has a session, or had one, is bound to nobody else", async () => {
  await using trellis = await SecuredTrellis.start();
  await approved(trellis, app);
  const { publicKey } = KeyPair.generate("user");
  const open = (principal: Principal, key: string) =>
    trellis.platform.openUserSession({ principal, contract: app, publicKey: key });
  const code = async (principal: Principal, key: string) => {
    const opened = await open(principal, key);
    return opened.isErr() ? opened.error.code : "";
  };
  const session = (await open(ADA, publicKey)).orThrow();
  assertEquals(await code({ kind: "user", id: "eve" }, publicKey), "key_taken");
  assertEquals(await code(ADA, trellis.server.keys.admin.publicKey), "key_taken");
  await session.revoke();
  assertEquals(await code(ADA, publicKey), "key_taken");
});

Deno.test("in dev the process approves an app by itself", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  await trellis.stopPlatform();
  await using platform = (await SecuredPlatform.start({
    servers: trellis.url,
    keys: trellis.server.keys,
    messaging: trellis.messaging,
    authority: trellis.authority,
    approval: { mode: "dev", by: "author" },
    onError: (cause) => trellis.failures.push(cause),
  })).orThrow();
  const session = (await platform.openUserSession({ principal: ADA, contract: app })).orThrow();
  assertEquals(session.pending, undefined);
  await using client = (await connect(trellis, app, session.seed ?? "")).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  assertEquals(trellis.failures, []);
});

Deno.test("a session that ends while it is connected is closed then, and told why", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  await approved(trellis, app);
  const expiresAt = new Date(Date.now() + 2000).toISOString();
  const session = (await trellis.platform.openUserSession({
    principal: ADA,
    contract: app,
    expiresAt,
  })).orThrow();
  await using client = (await connect(trellis, app, session.seed ?? "")).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  let message = "";
  await until(async () => {
    const answer = await client.rpc.desk.read({ id: "1" });
    if (answer.isErr()) message = answer.error.message;
    return message.includes("has expired");
  }, "the session is over");
  assert(Date.now() >= Date.parse(expiresAt));
});

Deno.test("a session ends by the server's clock alone, also where this machine is an hour ahead", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  await provision(trellis.authority, app);
  const { now } = Date;
  const expiresAt = new Date(now() + 1_800_000).toISOString();
  const { seed = "" } =
    (await trellis.platform.openUserSession({ principal: ADA, contract: app, expiresAt }))
      .orThrow();
  Date.now = () => now() + 3_600_000;
  try {
    await using client = (await connect(trellis, app, seed)).orThrow();
    await client.rpc.desk.read({ id: "1" }).orThrow();
  } finally {
    Date.now = now;
  }
});
