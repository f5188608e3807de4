import { assert, assertEquals } from "@std/assert";
import type { Principal } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import type { Result } from "../../contracts/result.ts";
import { bootstrapSubject } from "../../contracts/stored/bootstrap.ts";
import { type SessionRecord, SESSIONS_BUCKET } from "../../contracts/stored/session_record.ts";
import { TrellisClient } from "../../mod.ts";
import { openTypedKV } from "../../runtime/kv/nats/open_typed_kv.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { RequestContext } from "../../runtime/rpc/request_context.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { openTypedStore } from "../../runtime/store/nats/open_typed_store.ts";
import { provision, SILENT } from "../../tests/support/deployed.ts";
import { connectWithCreds } from "../../tests/support/nats/creds_client.ts";
import { RawBuckets } from "../../tests/support/nats/raw_buckets.ts";
import { Order } from "../../tests/support/orders_rpc.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { orders, serveOrders, shop } from "../../tests/support/platform/shops.ts";
import { onWindows } from "../../tests/support/server_process.ts";
import { until } from "../../tests/support/until.ts";
import { askMe } from "../commands/login/own_session.ts";
import { connectLogin } from "../program/connect_login.ts";
import { adminCredsFile } from "../nats_server/security/key_folder.ts";

const ORDER: Order = { orderId: "o-1", note: "first" };
const ADA: Principal = { kind: "user", id: "ada" };

/** The code, or the reason, that something failed with; undefined when it did not. */
function failureOf(result: Result<unknown, object>): string | undefined {
  if (result.isOk()) return undefined;
  const { error } = result;
  if ("code" in error) return String(error.code);
  return "reason" in error ? String(error.reason) : String(error);
}

/** Connects as a client of the orders, and says how that failed. */
async function connectAs(trellis: SecuredTrellis, key: KeyPair): Promise<string | undefined> {
  const connected = await TrellisClient.connect({
    contract: orders,
    trellisUrl: trellis.url,
    sessionKeySeed: key.seed,
  });
  if (connected.isOk()) await connected.value.close();
  return failureOf(connected);
}

/** Writes the record of a session as it stands on the server. */
async function writeSession(
  trellis: SecuredTrellis,
  key: KeyPair,
  more: Partial<SessionRecord> = {},
): Promise<void> {
  const record: SessionRecord = {
    format: "trellis.session.v1",
    publicKey: key.publicKey,
    principal: ADA,
    createdAt: new Date().toISOString(),
    ...more,
  };
  await writeRaw(trellis, key, JSON.stringify(record));
}

async function writeRaw(trellis: SecuredTrellis, key: KeyPair, text: string): Promise<void> {
  const buckets = new RawBuckets(trellis.messaging.connection);
  await buckets.put(SESSIONS_BUCKET, sessionOf(key.publicKey), text);
}

Deno.test("a service with a key gets its bindings, uses its data and answers; its handlers see who calls", async () => {
  await using trellis = await SecuredTrellis.start();
  const callers: RequestContext["caller"][] = [];
  await serveOrders(await trellis.deploy(orders), callers);
  const caller = await trellis.deploy(shop);
  assertEquals(await caller.client.rpc.orders.create(ORDER).orThrow(), ORDER);
  assertEquals(callers.map(({ principal }) => principal), [{ kind: "service", id: "shop" }]);
  assertEquals(trellis.failures, []);
});

Deno.test("two instances of a service are one principal in two sessions", async () => {
  await using trellis = await SecuredTrellis.start();
  const callers: RequestContext["caller"][] = [];
  await serveOrders(await trellis.deploy(orders), callers);
  const first = await trellis.deploy(shop);
  const second = await trellis.addInstance(shop);
  for (const { client } of [first, second]) await client.rpc.orders.create(ORDER).orThrow();
  assertEquals(callers.map(({ principal }) => principal.id), ["shop", "shop"]);
  assertEquals(new Set(callers.map(({ session }) => session)).size, 2);
});

Deno.test("whoever is nobody is refused with the reason, however often they ask, and so are revoked and expired sessions", async () => {
  await using trellis = await SecuredTrellis.start();
  const ada = KeyPair.generate("user");
  const connect = async (key = ada, waitMs = 0) => {
    const connected = await TrellisClient.connect({
      waitMs,
      contract: orders,
      trellisUrl: trellis.url,
      sessionKeySeed: key.seed,
    });
    if (connected.isOk()) await connected.value.close();
    return connected.isErr() ? [connected.error.code, connected.error.message] : [];
  };
  const refused = "trellis.session.refused";
  assertEquals(await connect(), [refused, "nobody is known to hold the key of this session"]);
  await writeSession(trellis, ada);
  assertEquals(await connect(), []);
  await writeSession(trellis, ada, { revokedAt: new Date().toISOString() });
  assertEquals(await connect(), [refused, "this session was revoked"]);
  const past = new Date(Date.now() - 10_000).toISOString();
  await writeSession(trellis, ada, { expiresAt: past });
  assertEquals(await connect(), [refused, "this session has expired"]);
  await writeSession(trellis, ada, { expiresAt: "soon" });
  assertEquals(await connect(), [refused, "this session has expired"]);
  await writeSession(trellis, ada, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
  assertEquals(await connect(), []);
  // One who asks without a pause keeps nobody out, for as long as they do so.
  const nobody = KeyPair.generate("user");
  const asking = (await trellis.server.open(nobody, { name: "nobody" })).orThrow();
  const session = sessionOf(nobody.publicKey);
  const question = { reply: `${inboxPrefix(session)}.a` };
  const ask = (times: number) => {
    for (let n = 0; n < times; n++) asking.publish(bootstrapSubject(session), "{}", question);
  };
  ask(20_000);
  const flood = setInterval(ask, 10, 500);
  // On a busy machine an answer may take longer than who asks waits for one.
  assertEquals(await connect(ada, 60_000), []);
  clearInterval(flood);
  assertEquals(trellis.failures, []);
});

Deno.test("more than a few from one address who are nobody are not let in to ask why, and keep nobody else out", async () => {
  await using trellis = await SecuredTrellis.start({
    limbo: { each: 2, all: 10, stayMs: 60_000 },
  });
  const asked: (string | undefined)[] = [];
  for (let n = 0; n < 3; n++) asked.push(await connectAs(trellis, KeyPair.generate("user")));
  const told = "trellis.session.refused";
  assertEquals(asked, [told, told, "trellis.connection.unauthorized"]);
  const ada = KeyPair.generate("user");
  await writeSession(trellis, ada);
  assertEquals(await connectAs(trellis, ada), undefined);
  assertEquals(trellis.failures, []);
});

Deno.test("a damaged record refuses its own session, and nobody else", async () => {
  await using trellis = await SecuredTrellis.start();
  const [ada, eve, bob] = [0, 1, 2].map(() => KeyPair.generate("user")) as [
    KeyPair,
    KeyPair,
    KeyPair,
  ];
  await writeRaw(trellis, ada, "{}");
  await writeRaw(trellis, eve, "no JSON");
  await writeSession(trellis, bob);
  assertEquals(await connectAs(trellis, ada), "trellis.connection.unauthorized");
  assertEquals(await connectAs(trellis, eve), "trellis.connection.unauthorized");
  assertEquals(await connectAs(trellis, bob), undefined);
  assertEquals(trellis.failures.length, 2);
  // The damaged record of the admin, who is written at every start, is no reason not to start.
  await writeRaw(trellis, trellis.server.keys.admin, "{}");
  await trellis.stopPlatform();
  await trellis.startPlatform();
  assertEquals(await connectAs(trellis, trellis.server.keys.admin), undefined);
});

Deno.test("a service of which nothing was accepted is told so, and connects as soon as it is when it may wait", async () => {
  await using trellis = await SecuredTrellis.start();
  const { seed } = await trellis.platform.openSession("orders-service");
  const options = { contract: orders, trellisUrl: trellis.url, sessionKeySeed: seed, log: SILENT };
  const first = await TrellisService.connect(options);
  assertEquals(failureOf(first), "trellis.bind.missing");

  let asked = 0;
  trellis.messaging.connection.subscribe("trellis.v1.bootstrap.*", {
    callback: () => {
      asked++;
    },
  });
  await trellis.messaging.flush();
  const waiting = trellis.connect(orders, { sessionKeySeed: seed, waitMs: 60_000 });
  await until(() => asked > 1, "the service has asked, and asked again");
  await provision(trellis.authority, orders);
  await serveOrders(await waiting);
});

Deno.test("[S93] [S94] a service touches no bucket and no store of another one: a typed error, and its own go on", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveOrders(await trellis.deploy(orders));
  await provision(trellis.authority, shop);
  const { seed } = await trellis.platform.openSession("shop");
  const key = KeyPair.fromSeed("user", seed);
  assert(key !== undefined);
  await using thief = (await connectMessaging({ servers: trellis.url, name: "shop", key }))
    .orThrow();
  const bindings = async (name: string) =>
    (await trellis.authority.show(name)).orThrow().materialized!.bindings;
  const theirs = await bindings("orders-service");
  const own = await bindings("shop");
  const { connection, session } = thief;
  const common = { connection, inboxPrefix: inboxPrefix(session), timeoutMs: 2000 };
  const kv = (binding: typeof own.kv[string]) =>
    openTypedKV<Order>({ ...common, binding, alias: "orders", schema: Order });
  assertEquals(failureOf(await kv(theirs.kv["orders"]!)), "forbidden");
  const store = await openTypedStore({
    ...common,
    binding: theirs.store["receipts"]!,
    alias: "receipts",
  });
  assertEquals(failureOf(store), "forbidden");
  const carts = (await kv(own.kv["carts"]!)).orThrow();
  await carts.put("c-1", ORDER).orThrow();
  assertEquals((await carts.get("c-1").orThrow()).value, ORDER);
  // Past the open, too: as if it had been opened before the right was taken away.
  const write = await thief.request(`$KV.${theirs.kv["orders"]!.bucket}.o-1`, "{}", {
    timeoutMs: 2000,
    requestId: "1",
  });
  assertEquals(failureOf(write), "trellis.permission.denied");
});

Deno.test("when platform and server have stopped and started again, services connect again", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveOrders(await trellis.deploy(orders));
  const caller = await trellis.deploy(shop);
  await trellis.stopPlatform();
  // Whoever is in stays in.
  await caller.client.rpc.orders.create(ORDER).orThrow();
  await trellis.server.kill();
  await trellis.server.startAgain();
  await until(
    async () => (await trellis.messaging.flush().then(() => true, () => false)),
    "the platform's own connection is back",
  );
  assertEquals((await caller.client.rpc.orders.create(ORDER)).isErr(), true);
  await trellis.startPlatform();
  await until(
    async () => (await caller.client.rpc.orders.create(ORDER)).isOk(),
    "both services are in again",
  );
});

Deno.test({
  name: "of two processes that let others in one may freeze, go on, and die: nobody fails",
  ignore: onWindows,
  async fn() {
    await using trellis = await SecuredTrellis.start();
    await provision(trellis.authority, orders);
    const program = new URL(
      "../../tests/support/platform/platform_process.ts",
      import.meta.url,
    );
    const { url, keysDir } = trellis.server;
    await using opened = new AsyncDisposableStack();
    const other = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", program.href, url, keysDir],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    try {
      const reader = other.stdout.getReader();
      const { value } = await reader.read();
      assertEquals(new TextDecoder().decode(value).trim(), "ready");
      const connectSome = async () => {
        const outcomes = await Promise.all(Array.from({ length: 10 }, async () => {
          const { seed, close } = await trellis.platform.openSession("orders-service");
          const service = await TrellisService.connect({
            contract: orders,
            trellisUrl: url,
            sessionKeySeed: seed,
            log: SILENT,
          });
          if (service.isOk()) await service.value.stop();
          await close();
          return failureOf(service);
        }));
        assertEquals(outcomes, outcomes.map(() => undefined));
      };
      const { seed = "" } = (await trellis.platform.openUserSession({ principal: ADA })).orThrow();
      const key = KeyPair.fromSeed("user", seed) ?? KeyPair.generate("user");
      const { messaging } = (await connectLogin(url, key)).orThrow();
      opened.use(messaging);
      const askSome = async () => {
        for (
          const answer of await Promise.all(Array.from({ length: 10 }, () => askMe(messaging)))
        ) {
          assertEquals(answer.orThrow().principal, ADA);
        }
      };
      await connectSome();
      Deno.kill(other.pid, "SIGSTOP");
      await connectSome();
      await askSome();
      Deno.kill(other.pid, "SIGCONT");
      await connectSome();
      const during = connectSome();
      other.kill("SIGKILL");
      await during;
      await connectSome();
      await reader.cancel();
    } finally {
      // A frozen process takes no other signal.
      try {
        other.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await other.status;
    }
    assertEquals(trellis.failures, []);
  },
});

Deno.test("the admin's file of credentials lets NATS' own client read a bucket and call an RPC", async () => {
  await using trellis = await SecuredTrellis.start();
  const callers: RequestContext["caller"][] = [];
  await serveOrders(await trellis.deploy(orders), callers);
  const connection = await connectWithCreds(trellis.url, adminCredsFile(trellis.server.keysDir));
  try {
    const body = JSON.stringify(ORDER);
    const reply = await connection.request("rpc.v1.Orders.Create.me", body, { timeout: 5000 });
    assertEquals(reply.json(), ORDER);
    const { materialized } = (await trellis.authority.show("orders-service")).orThrow();
    const { bucket } = materialized!.bindings.kv["orders"]!;
    const stored = await new RawBuckets(connection).get(bucket, ORDER.orderId);
    assertEquals(JSON.parse(stored ?? ""), ORDER);
  } finally {
    await connection.close();
  }
});
