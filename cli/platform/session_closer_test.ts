import { Kvm } from "@nats-io/kv";
import { Type } from "@sinclair/typebox";
import { assert, assertEquals } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { principalText } from "../../contracts/identity/principal_text.ts";
import { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { provision } from "../../tests/support/deployed.ts";
import { agent, app, guarded, otherApp } from "../../tests/support/platform/desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { agentSession } from "./agent_session.ts";
import { ok } from "../../contracts/result.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { callerToken, parseCallerToken, sessionOf } from "../../contracts/identity/caller.ts";
import { defineAppContract, defineServiceContract } from "../../client.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { SESSIONS_BUCKET } from "../../contracts/stored/session_record.ts";
import { shop } from "../../tests/support/platform/shops.ts";
import { until } from "../../tests/support/until.ts";
import { entryOf } from "./deployment_index.ts";
import type { UserSessionRequest } from "./user_session.ts";
import { SessionCloser, type SessionCloserParts } from "./session_closer.ts";

type Opened = ReadonlyMap<string, string>;
type IsMeant = (name: string) => boolean | Promise<boolean>;

/** Nothing happens, and there is nobody. */
const QUIET: SessionCloserParts = {
  live: {
    moveAll: () => Promise.resolve(ok<Opened>(new Map())),
    closeAll: () => Promise.resolve(ok<Opened>(new Map())),
  },
  holdings: { loadAll: () => Promise.resolve(ok([])), watch: () => Promise.resolve() },
  users: {
    watch: () => Promise.resolve(),
    loadAll: () => Promise.resolve(ok({ found: [], problems: [] })),
  },
  sessions: { async *records() {}, get: () => Promise.resolve(undefined) },
  records: { watch: () => Promise.resolve(), loadPlan: () => Promise.resolve(ok(undefined)) },
  index: { entries: () => Promise.resolve([]), readAgain: () => Promise.resolve(undefined) },
  onError: (cause) => {
    throw cause;
  },
};

Deno.test("decisions that come together move whom they concern at once, and read no other record", async () => {
  const names = Array.from({ length: 200 }, (_, i) => `shop-${i}`);
  const needs = needsOf(shop.manifest, shop.digest);
  const records = names.map((deployment) => ({
    deployment,
    desired: { version: 1, planId: "", needs: { ...needs, contract: `${deployment}@v1` } },
  } as object as AuthorityRecord));
  const moved: IsMeant[] = [];
  const read: string[] = [];
  let decided = (_deployment: string) => {};
  const move = (isMeant: IsMeant) => {
    moved.push(isMeant);
    return Promise.resolve(ok<Opened>(new Map()));
  };
  const parts: SessionCloserParts = {
    ...QUIET,
    live: { moveAll: move, closeAll: move },
    records: {
      watch: (changed) => Promise.resolve(void (decided = changed)),
      loadPlan: () => Promise.resolve(ok(undefined)),
    },
    index: {
      entries: () => Promise.resolve(records.map(entryOf)),
      readAgain(name) {
        read.push(name);
        return Promise.resolve(records.find(({ deployment }) => deployment === name));
      },
    },
  };
  await using _closer = new SessionCloser(parts);
  const changed = names.slice(100);
  for (const deployment of changed) decided(deployment);
  await until(() => moved.length > 0, "sessions are asked to move");
  assertEquals([read, moved.length], [changed, 1]);
  const isMeant = moved[0] ?? (() => false);
  const session = "a".repeat(16);
  const of = (id: string) => callerToken({ principal: { kind: "service", id }, session });
  assertEquals([of("shop-100"), of("shop-199"), of("shop-0")].map(isMeant), [true, true, false]);
});

Deno.test("a person who is disabled is out also where no record of a session can be read", async () => {
  const moved: IsMeant[] = [];
  const failures: unknown[] = [];
  let changed: Parameters<SessionCloserParts["users"]["watch"]>[0] = () => {};
  const move = (isMeant: IsMeant) => {
    moved.push(isMeant);
    return Promise.resolve(ok<Opened>(new Map()));
  };
  await using _closer = new SessionCloser({
    ...QUIET,
    live: { moveAll: move, closeAll: move },
    users: { ...QUIET.users, watch: (told) => Promise.resolve(void (changed = told)) },
    sessions: {
      ...QUIET.sessions,
      // deno-lint-ignore require-yield
      async *records() {
        throw new Error("nobody answers");
      },
    },
    onError: (cause) => failures.push(cause),
  });
  changed("ada", undefined);
  await until(() => moved.length > 0 && failures.length > 0, "the person is asked to move");
  const token = callerToken({ principal: { kind: "user", id: "ada" }, session: "a".repeat(16) });
  assertEquals(moved[0]?.(token), true);
});

Deno.test("a decision on an app concerns those who run it, and nobody who runs another", async () => {
  await using trellis = await SecuredTrellis.start();
  for (const contract of [guarded, app, otherApp]) await provision(trellis.authority, contract);
  const [own, , everything] = await Promise.all([
    open(trellis, { principal: { kind: "user", id: "ada" }, contract: app }),
    open(trellis, { principal: { kind: "user", id: "bob" }, contract: otherApp }),
    open(trellis, { principal: { kind: "user", id: "eve" } }),
  ]);
  const smaller = defineAppContract({}, () => ({
    id: app.id,
    displayName: "Desk app",
    description: "Shows cases, and closes none.",
    uses: { required: { desk: guarded.use({ rpc: { call: ["Desk.Read"] } }) } },
  }));
  await provision(trellis.authority, smaller);
  await Promise.all([own.closed, everything.closed]);
  assertEquals(await connected(trellis), ["user:bob"]);
  assertEquals(trellis.failures, []);
});

Deno.test("who may no longer use what is served is out, with or without a contract, and whatever a record of another says", async () => {
  await using trellis = await SecuredTrellis.start();
  for (const contract of [guarded, app]) await provision(trellis.authority, contract);
  const [own, everything, damaged] = await Promise.all([
    open(trellis, { principal: { kind: "user", id: "ada" }, contract: app }),
    open(trellis, { principal: { kind: "user", id: "eve" } }),
    open(trellis, { principal: { kind: "user", id: "mal" }, contract: app }),
  ]);
  const kv = await new Kvm(trellis.messaging.connection).open(SESSIONS_BUCKET);
  await kv.put(damaged.session, "{");
  const stricter = defineServiceContract({ schemas: { Case: Type.Object({}) } }, (ref) => ({
    id: guarded.id,
    displayName: "Desk",
    description: "Shows cases to some.",
    capabilities: { "desk.read": { displayName: "Read", description: "Sees cases." } },
    rpc: {
      "Desk.Read": {
        version: "v1",
        input: ref.schema("Case"),
        output: ref.schema("Case"),
        capabilities: { call: ["desk.read"] },
      },
    },
  }));
  await provision(trellis.authority, stricter);
  await Promise.all([own, everything, damaged].map(({ closed }) => closed));
  // The others come back with what is left to them.
  assertEquals((await connected(trellis)).includes("user:mal"), false);
});

Deno.test("who runs a contract that another one has taken the place of is out", async () => {
  await using trellis = await SecuredTrellis.start();
  for (const contract of [guarded, app]) await provision(trellis.authority, contract);
  const own = await open(trellis, { principal: { kind: "user", id: "ada" }, contract: app });
  await provision(trellis.authority, otherApp, contractName(app.id));
  await own.closed;
  assertEquals(await connected(trellis), []);
  assertEquals(trellis.failures, []);
});

Deno.test("who is removed, or is no admin any more, is out, and so is who acts for them", async () => {
  await using trellis = await SecuredTrellis.start();
  const { platform } = trellis;
  const { users } = platform;
  await provision(trellis.authority, guarded);
  await provision(trellis.authority, agent);
  const add = async (name: string, password?: string) =>
    (await users.add({ name, password, admin: true }, "root")).orThrow().id;
  const [ada, bob] = [await add("ada"), await add("bob", "four small words")];
  const [own, asAdmin, , helper] = await Promise.all([
    open(trellis, { principal: { kind: "user", id: ada } }),
    open(trellis, { principal: { kind: "admin", id: ada } }),
    open(trellis, { principal: { kind: "admin", id: bob } }),
    openAgent(trellis, "helper", ada),
  ]);
  const others = [`admin:${bob}`];
  assertEquals(
    await connected(trellis),
    [...others, `admin:${ada}`, "agent:helper", `user:${ada}`].toSorted(),
  );
  (await users.takeAdmin(ada, "root")).orThrow();
  await asAdmin.closed;
  assertEquals(await connected(trellis), [...others, "agent:helper", `user:${ada}`].toSorted());
  (await users.remove(ada, "root")).orThrow();
  await Promise.all([own.closed, helper.closed]);
  assertEquals(await connected(trellis), others);
  assertEquals(trellis.failures, []);
});

Deno.test("who was disabled while no Trellis process ran is out when one runs again", async () => {
  await using trellis = await SecuredTrellis.start();
  const { users } = trellis.platform;
  const ids: string[] = [];
  for (const name of ["ada", "bob", "eve"]) {
    ids.push((await users.add({ name }, "root")).orThrow().id);
  }
  const [ada = "", bob = "", eve] = ids;
  const opened = await Promise.all(
    ids.map((id) => open(trellis, { principal: { kind: "user", id } })),
  );
  assertEquals(await connected(trellis), ids.map((id) => `user:${id}`));
  await trellis.stopPlatform();
  (await users.disable(ada, "root")).orThrow();
  (await users.remove(bob, "root")).orThrow();
  await trellis.startPlatform();
  await Promise.all(opened.slice(0, 2).map(({ closed }) => closed));
  assertEquals(await connected(trellis), [`user:${eve}`]);
  assertEquals(trellis.failures, []);
});

/** Opens a session and a connection of it: resolves when the server has closed that. */
async function open(
  trellis: SecuredTrellis,
  request: UserSessionRequest,
): Promise<{ readonly closed: Promise<void>; readonly session: string }> {
  const { seed = "" } = (await trellis.platform.openUserSession(request)).orThrow();
  return await connect(trellis, seed);
}

async function openAgent(trellis: SecuredTrellis, name: string, actsFor: string) {
  const { publicKey, seed } = KeyPair.generate("user");
  const contract = { id: agent.id, digest: agent.digest };
  const createdAt = new Date().toISOString();
  const store = await NatsSessionStore.open(trellis.messaging.connection);
  await store.put(agentSession(name, publicKey, contract, { createdAt, actsFor }));
  return await connect(trellis, seed);
}

async function connect({ server }: SecuredTrellis, seed: string) {
  const key = KeyPair.fromSeed("user", seed);
  assert(key !== undefined);
  const closed = Promise.withResolvers<void>();
  const connection = await server.open(key, {
    onStatus: ({ kind }) => kind === "disconnected" && closed.resolve(),
  });
  connection.orThrow();
  return { closed: closed.promise, session: sessionOf(key.publicKey) };
}

/** Who has a connection at this moment. */
async function connected({ server }: SecuredTrellis): Promise<readonly string[]> {
  const found = (await new LiveSessions(await server.sys()).find()).orThrow();
  return found.flatMap(({ name }) => {
    const principal = parseCallerToken(name)?.principal;
    return principal === undefined ? [] : [principalText(principal)];
  }).toSorted();
}
