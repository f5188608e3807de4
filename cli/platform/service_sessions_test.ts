import { assert, assertEquals } from "@std/assert";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { type SessionRecord, SESSIONS_BUCKET } from "../../contracts/stored/session_record.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { standingOf } from "../../runtime/platform/standing.ts";
import { SecuredServer } from "../../tests/support/secured_server.ts";
import { until } from "../../tests/support/until.ts";
import { ServiceSessions, type SessionClock } from "./service_sessions.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-01-31T12:00:00.000Z");

/** A clock that a test moves. */
class TestClock implements SessionClock {
  #now = START;
  readonly #work = new Set<{ readonly ms: number; readonly work: () => void; next: number }>();

  now(): number {
    return this.#now;
  }

  every(ms: number, work: () => void): () => void {
    const entry = { ms, work, next: this.#now + ms };
    this.#work.add(entry);
    return () => this.#work.delete(entry);
  }

  /** The time passes, and what is due is done once, as after a sleep. */
  pass(ms: number): void {
    this.#now += ms;
    for (const entry of this.#work) {
      if (entry.next > this.#now) continue;
      entry.next = this.#now + entry.ms;
      entry.work();
    }
  }
}

/** A server, its sessions, and services' sessions under a clock of their own. */
async function setUp() {
  const server = await SecuredServer.start();
  const connection = await server.platform();
  const store = await NatsSessionStore.open(connection);
  const clock = new TestClock();
  const failures: unknown[] = [];
  const start = () =>
    new ServiceSessions({ store, clock, onError: (cause) => failures.push(cause) });
  const nameOf = (seed: string) => {
    const key = KeyPair.fromSeed("user", seed);
    assert(key !== undefined);
    return sessionOf(key.publicKey);
  };
  const standing = async (seed: string) => standingOf(await store.get(nameOf(seed)), clock.now());
  return {
    store,
    connection,
    clock,
    failures,
    start,
    nameOf,
    isKnown: async (seed: string) => (await standing(seed)).kind === "known",
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("the session of a service lasts while its process runs, and a day longer", async () => {
  await using test = await setUp();
  const { clock, store, nameOf, isKnown } = test;
  const services = test.start();
  const { seed } = await services.open("shop");
  for (let hour = 0; hour < 72; hour += 2) {
    clock.pass(2 * HOUR);
    const renewed = new Date(clock.now() + 24 * HOUR).toISOString();
    await until(
      async () => (await store.get(nameOf(seed)))?.expiresAt === renewed,
      "it is renewed",
    );
  }
  // As if the process were killed.
  await services[Symbol.asyncDispose]();
  clock.pass(24 * HOUR - 1);
  assertEquals(await isKnown(seed), true);
  clock.pass(1);
  assertEquals(await isKnown(seed), false);
  assertEquals(test.failures, []);
});

Deno.test("at a start only the expired sessions of services are removed", async () => {
  await using test = await setUp();
  const { clock, store } = test;
  const killed = test.start();
  await killed.open("shop");
  await killed[Symbol.asyncDispose]();
  const put = async (kind: "service" | "user", expiresAt?: number) => {
    const { publicKey } = KeyPair.generate("user");
    const record: SessionRecord = {
      format: "trellis.session.v1",
      publicKey,
      principal: { kind, id: `${kind}-${expiresAt === undefined ? "stays" : "ended"}` },
      createdAt: new Date(START).toISOString(),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    };
    await store.put(record);
  };
  // Who was logged in is told that the session has ended, not that nobody knows it.
  await Promise.all([put("service"), put("user"), put("user", START)]);
  clock.pass(25 * HOUR);
  await using services = test.start();
  await services.open("orders");
  await services[Symbol.asyncDispose]();
  const left = (await store.list()).map(({ principal }) => principal.id).sort();
  assertEquals(left, ["orders", "service-stays", "user-ended", "user-stays"]);
  assertEquals(test.failures, []);
});

Deno.test("a session that is revoked stays revoked when it is renewed, one that is closed stays closed", async () => {
  await using test = await setUp();
  const { clock, store, nameOf, isKnown } = test;
  await using services = test.start();
  const [revoked, closed, other] = await Promise.all(
    ["shop", "orders", "mail"].map((name) => services.open(name)),
  );
  assert(revoked !== undefined && closed !== undefined && other !== undefined);
  await store.update(nameOf(revoked.seed), (record) => ({ ...record, revokedAt: "now" }));
  await closed.close();
  // Taken for one that was left behind, by a process that started while this one was asleep.
  await store.remove(nameOf(other.seed));
  clock.pass(30 * HOUR);
  await until(() => isKnown(other.seed), "it is there again");
  const record = await store.get(nameOf(revoked.seed));
  assertEquals(record?.revokedAt, "now");
  assertEquals(await store.get(nameOf(closed.seed)), undefined);
});

Deno.test("one that is renewed at the moment of its removal stays", async () => {
  await using test = await setUp();
  const { store, connection, nameOf } = test;
  await using services = test.start();
  const { seed } = await services.open("shop");
  const name = nameOf(seed);
  let looks = 0;
  await store.removeIf(name, (record) => {
    const renewed = JSON.stringify({ ...record, expiresAt: "renewed" });
    // Reaches the server between the look and the removal.
    if (++looks === 1) connection.publish(`$KV.${SESSIONS_BUCKET}.${name}`, renewed);
    return record.expiresAt !== "renewed";
  });
  assertEquals(looks, 2);
  assertEquals((await store.get(name))?.expiresAt, "renewed");
});
