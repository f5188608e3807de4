import { assert, assertEquals } from "@std/assert";
import { callerToken, type Principal, sessionOf } from "../../../contracts/identity/caller.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import { TrellisClient } from "../../../mod.ts";
import type { ConnectionEvent } from "../../../runtime/nats/connection_events.ts";
import { openAudit } from "../../../reconcile/nats/open_audit.ts";
import { LiveSessions } from "../../../runtime/platform/nats/live_sessions.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { orders, serveOrders, shop } from "../../../tests/support/platform/shops.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { until } from "../../../tests/support/until.ts";
import { LOCAL_ADMIN } from "../secured_platform.ts";
import { parseSessionTarget, Sessions } from "./sessions.ts";

const ADA: Principal = { kind: "user", id: "ada" };

function recordOf(key: KeyPair, principal = ADA): SessionRecord {
  return {
    format: "trellis.session.v1",
    publicKey: key.publicKey,
    principal,
    createdAt: new Date().toISOString(),
  };
}

Deno.test("a session that is revoked is closed within a second, and told why; others stay", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveOrders(await trellis.deploy(orders));
  await provision(trellis.authority, shop);
  const store = await NatsSessionStore.open(trellis.messaging.connection);
  const [key, other] = [KeyPair.generate("user"), KeyPair.generate("user")];
  for (const each of [key, other]) await store.put(recordOf(each));
  const events: ConnectionEvent[] = [];
  const connections = await Promise.all(
    [key, key, other].map(async (each) =>
      (await trellis.server.open(each, {
        onStatus: (event) => {
          if (each === key) events.push(event);
        },
      })).orThrow()
    ),
  );
  const session = sessionOf(key.publicKey);
  const begin = performance.now();
  const revoking = trellis.platform.revoke({ session }, "eve");
  await until(
    () => events.filter(({ kind }) => kind === "disconnected").length === 2,
    "both connections are closed",
  );
  const took = performance.now() - begin;
  assert(took < 5000, `it took ${took} ms`);
  const { sessions, closed, settled } = (await revoking).orThrow();
  assertEquals(closed, 2);
  assertEquals(sessions.map(({ revokedBy }) => revokedBy), ["eve"]);
  await connections[2]?.flush();
  const again = await TrellisClient.connect({
    contract: orders,
    trellisUrl: trellis.url,
    sessionKeySeed: key.seed,
  });
  assertEquals(again.isErr() && again.error.message, "this session was revoked");
  // Later revocations say nothing new.
  const second = (await trellis.platform.revoke({ session }, "bob")).orThrow();
  assertEquals([second.closed, second.sessions[0]?.revokedBy], [0, "eve"]);
  await trellis.stopPlatform();
  assertEquals((await settled).orThrow(), 2);
  // Still revoked after a start.
  await trellis.startPlatform();
  assertEquals((await store.get(session))?.revokedBy, "eve");
});

Deno.test("all sessions of a principal are revoked together, of a service too, and nobody else's", async () => {
  await using trellis = await SecuredTrellis.start();
  await serveOrders(await trellis.deploy(orders));
  await trellis.deploy(shop);
  await trellis.addInstance(shop, { name: "second" });
  const live = new LiveSessions(await trellis.server.sys());
  const called = async () =>
    (await live.find()).orThrow().filter(({ name }) => name.startsWith("s-shop-"))
      .map(({ client }) => client).sort().join();
  // One that moves to a new connection has two for a moment.
  await until(async () => await called() === `second,${shop.id}`, "each has one connection");
  const principal: Principal = { kind: "service", id: "shop" };
  const revoked = (await trellis.platform.revoke({ principal }, "eve")).orThrow();
  assertEquals([revoked.sessions.length, revoked.closed], [2, 2]);
  const names = (await live.find()).orThrow().map(({ name }) => name.slice(0, 6));
  assertEquals(names.filter((name) => name === "s-shop"), []);
  assertEquals(names.includes("s-orde"), true);
  const nobody = await trellis.platform.revoke({ session: "a".repeat(16) }, "eve");
  assertEquals(nobody.orThrow().sessions, []);
});

Deno.test("the admin who was revoked stays so when the platform starts again", async () => {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, orders);
  const { admin } = trellis.server.keys;
  const connect = () =>
    TrellisClient.connect({
      contract: orders,
      trellisUrl: trellis.url,
      sessionKeySeed: admin.seed,
    });
  const client = (await connect()).orThrow();
  const revoked = (await trellis.platform.revoke({ principal: LOCAL_ADMIN }, "eve")).orThrow();
  assertEquals([revoked.sessions.length, revoked.closed], [1, 1]);
  await client.close();
  await trellis.stopPlatform();
  await trellis.startPlatform();
  const again = await connect();
  assertEquals(again.isErr() && again.error.code, "trellis.session.refused");
});

Deno.test("whoever is being let in while they are revoked is closed by the second look", async () => {
  await using server = await SecuredServer.start();
  const store = await NatsSessionStore.open(await server.platform());
  const key = KeyPair.generate("user");
  await store.put(recordOf(key));
  const name = callerToken({ principal: ADA, session: sessionOf(key.publicKey) });
  const asked = Promise.withResolvers<void>();
  const decided = Promise.withResolvers<{ name: string }>();
  // Has read the record, and does not answer yet.
  await server.answer(() => {
    asked.resolve();
    return decided.promise;
  });
  const connecting = server.open(key);
  await asked.promise;
  const live = new LiveSessions(await server.sys());
  const over = Promise.withResolvers<void>();
  await using sessions = new Sessions({
    audit: (await openAudit(await server.platform())).orThrow(),
    store,
    live,
    answersOver: () => over.promise,
  });
  const { closed, settled } = (await sessions.revoke(
    { session: sessionOf(key.publicKey) },
    "eve",
  )).orThrow();
  assertEquals(closed, 0);
  decided.resolve({ name });
  const connection = (await connecting).orThrow();
  assertEquals((await live.find(name)).orThrow().length, 1);
  over.resolve();
  assertEquals((await settled).orThrow(), 1);
  await connection.close();
});

Deno.test("the sessions are listed with their connections; what is damaged is left out", async () => {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, orders);
  const store = await NatsSessionStore.open(trellis.messaging.connection);
  const key = KeyPair.generate("user");
  await store.put(recordOf(key));
  (await trellis.server.open(key, { name: "a tab" })).orThrow();
  const damaged = { ...recordOf(KeyPair.generate("user")), createdAt: 7 };
  await store.put(damaged as object as SessionRecord);
  await using sessions = new Sessions({
    audit: trellis.platform.audit,
    store,
    live: new LiveSessions(await trellis.server.sys()),
  });
  const listed = (await sessions.list()).orThrow();
  assertEquals(
    listed.map(({ record, connections }) => [
      record.principal.id,
      connections.map(({ client }) => client),
    ]),
    [["ada", ["a tab"]], ["local", []]],
  );
  const revoked = await sessions.revoke({ session: sessionOf(damaged.publicKey) }, "eve");
  assertEquals(revoked.isErr() && revoked.error.code, "trellis.session.refused");
});

Deno.test("two changes of one record at once are both made", async () => {
  await using server = await SecuredServer.start();
  const store = await NatsSessionStore.open(await server.platform());
  const key = KeyPair.generate("user");
  await store.put(recordOf(key));
  const session = sessionOf(key.publicKey);
  await Promise.all([
    store.update(session, (record) => ({ ...record, revokedAt: "2026-01-31T12:00:00.000Z" })),
    store.update(session, (record) => ({ ...record, expiresAt: "2026-02-01T12:00:00.000Z" })),
  ]);
  const { revokedAt, expiresAt } = (await store.get(session)) ?? {};
  assertEquals([revokedAt, expiresAt], ["2026-01-31T12:00:00.000Z", "2026-02-01T12:00:00.000Z"]);
  assertEquals(await store.update("a".repeat(16), (record) => record), undefined);
});

Deno.test("a text means a session, a principal, or neither", () => {
  assertEquals(parseSessionTarget("a".repeat(16)), { session: "a".repeat(16) });
  assertEquals(parseSessionTarget("user:ada"), { principal: ADA });
  for (const text of ["", "ada", "user:", "user:a.b", "user:a/b", "users/ada", "user:*", "*"]) {
    assertEquals(parseSessionTarget(text), undefined, text);
  }
});
