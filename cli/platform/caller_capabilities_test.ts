import { assert, assertEquals, assertRejects } from "@std/assert";
import { defineAppContract, ok, TrellisClient } from "../../mod.ts";
import { sdk as auth } from "../../contracts/platform/auth_sdk.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { KnownCallers } from "../../runtime/session/known_callers.ts";
import { provision } from "../../tests/support/deployed.ts";
import { app, guarded, serveGuarded } from "../../tests/support/platform/desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { until } from "../../tests/support/until.ts";

const ADA = { kind: "user", id: "ada" } as const;

/** An app that shows who is logged in. */
const account = defineAppContract({}, () => ({
  id: "account@v1",
  displayName: "Account",
  description: "Shows who is logged in.",
  uses: {
    required: {
      auth: auth.use({
        rpc: { call: ["Auth.Sessions.Me", "Auth.Sessions.Logout", "Auth.Capabilities.List"] },
      }),
    },
  },
}));

async function seedOf(trellis: SecuredTrellis, contract: typeof app | typeof account) {
  const { platform, authority } = trellis;
  const session = (await platform.openUserSession({ principal: ADA, contract })).orThrow();
  if (session.pending !== undefined) await provision(authority, contract);
  return session.seed ?? "";
}

Deno.test("a handler asks what its caller holds; what is given and taken is seen within a second", async () => {
  await using trellis = await SecuredTrellis.start();
  const service = await trellis.deploy(guarded);
  const answers: boolean[] = [];
  service.handle.rpc.desk.read(async ({ input, context }) => {
    answers.push(await context.caller.can("desk.refund"));
    return ok(input);
  });
  service.handle.rpc.desk.refund(({ input }) => ok(input));
  service.handle.rpc.desk.close(({ input }) => ok(input));
  await service.serving();
  await using client = (await TrellisClient.connect({
    contract: app,
    trellisUrl: trellis.url,
    sessionKeySeed: await seedOf(trellis, app),
  })).orThrow();
  const change = async (action: "add" | "remove") => {
    const change = { action, holder: ADA, names: ["desk.refund"], by: "root" };
    (await trellis.platform.access.change(change)).orThrow();
  };
  const seen = async (expected: boolean) => {
    const began = performance.now();
    await until(async () => {
      // Whoever loses a right is disconnected for a moment.
      if ((await client.rpc.desk.read({ id: "1" })).isErr()) return false;
      return answers.at(-1) === expected;
    }, `the answer is ${expected}`);
    return performance.now() - began;
  };
  await seen(false);
  await change("add");
  // Well within a second on a machine that does nothing else.
  assert(await seen(true) < 5000);
  await change("remove");
  assert(await seen(false) < 5000);
  assertEquals(trellis.failures, []);
});

Deno.test("a handler asks which contract its caller's session was let in under, whatever the caller says", async () => {
  await using trellis = await SecuredTrellis.start();
  const service = await trellis.deploy(guarded);
  const asked: unknown[] = [];
  service.handle.rpc.desk.read(async ({ input, context: { caller } }) => {
    asked.push(await caller.contract(), caller.contractDigest);
    return ok(input);
  });
  service.handle.rpc.desk.refund(({ input }) => ok(input));
  service.handle.rpc.desk.close(({ input }) => ok(input));
  await service.serving();
  const key = KeyPair.fromSeed("user", await seedOf(trellis, app));
  assert(key !== undefined);
  const settings = { servers: trellis.url, name: "liar", contractDigest: "A".repeat(43) };
  await using liar = (await connectMessaging({ ...settings, key, principal: ADA })).orThrow();
  const options = { timeoutMs: 5000, requestId: "1" };
  (await liar.request(`rpc.v1.Desk.Read.${liar.caller}`, '{"id":"1"}', options)).orThrow();
  // A service runs what is accepted of it, and an admin runs nothing.
  await service.rpc.desk.read({ id: "1" }).orThrow();
  const { admin } = trellis.server.keys;
  await using client = await TrellisClient.connect({
    contract: guarded,
    trellisUrl: trellis.url,
    sessionKeySeed: admin.seed,
  }).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  const { id, digest } = guarded;
  assertEquals(asked, [
    { id: app.id, digest: app.digest },
    settings.contractDigest,
    { id, digest },
    digest,
    undefined,
    digest,
  ]);
});

Deno.test("one question answers for all requests of a moment, and one that failed is asked again", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  const asked: string[] = [];
  const { messaging } = trellis;
  let fails = true;
  const counting = {
    session: messaging.session,
    caller: messaging.caller,
    maxPayload: messaging.maxPayload,
    request: (...request: Parameters<typeof messaging.request>) => {
      asked.push(request[0]);
      const [subject, body, options] = request;
      return messaging.request(fails ? "rpc.v1.Nobody.Serves" : subject, body, {
        ...options,
        timeoutMs: 1000,
      });
    },
    flush: () => messaging.flush(),
    close: () => messaging.close(),
    closed: () => messaging.closed(),
  };
  let now = 0;
  const callers = new KnownCallers(counting, () => now);
  await assertRejects(() => callers.can(ADA, "desk::desk.refund"));
  fails = false;
  asked.length = 0;
  const all = Array.from({ length: 50 }, () => callers.can(ADA, "desk::desk.refund"));
  assertEquals(new Set(await Promise.all(all)), new Set([false]));
  assertEquals(asked.length, 1);
  now += 1000;
  await callers.can(ADA, "desk::desk.refund");
  assertEquals(asked.length, 2);
  assertEquals(await callers.can({ kind: "admin", id: "local" }, "anything"), true);
  assertEquals(asked.length, 2);
});

Deno.test("whoever is logged in sees who they are, and nobody else; logging out ends the session", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveGuarded(await trellis.deploy(guarded));
  const grant = { action: "add", holder: ADA, names: ["desk.refund"], by: "root" } as const;
  (await trellis.platform.access.change(grant)).orThrow();
  const sessionKeySeed = await seedOf(trellis, account);
  const options = { contract: account, trellisUrl: trellis.url, sessionKeySeed };
  await using client = (await TrellisClient.connect(options)).orThrow();
  const me = await client.rpc.auth.sessionsMe({}).orThrow();
  assertEquals([me.principal, me.session], [ADA, client.session]);
  assertEquals(me.contract, { id: account.id, digest: account.digest });
  assertEquals(me.capabilities, ["desk::desk.refund"]);
  const others = await client.rpc.auth.capabilitiesList({
    principal: { kind: "user", id: "eve" },
  });
  assert(others.isErr() && "code" in others.error);
  assertEquals(others.error.code, "trellis.permission.capability");
  await client.rpc.auth.sessionsLogout({}).orThrow();
  // Whoever has the answer is not let in once more, only to be closed a moment later.
  const again = await TrellisClient.connect(options);
  assertEquals(again.isErr() && again.error.message, "this session was revoked");
  await until(async () => (await client.rpc.auth.sessionsMe({})).isErr(), "nothing is open");
  assertEquals(trellis.failures, []);
});
