import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Relays } from "../relay/relays.ts";
import { openTypedKV } from "../kv/nats/open_typed_kv.ts";
import { SILENT } from "../../tests/support/deployed.ts";
import {
  bank,
  BANK_BINDINGS,
  bankTransact,
  makeBank,
  storedEvents,
} from "../../tests/support/transact/outbox.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";
import { until } from "../../tests/support/until.ts";

/** What an event has that is kept for ever. */
const KEPT = "Nats-TTL: never";
const { accounts: binding } = BANK_BINDINGS.kv;
const account = (balance: number) => ({ accountId: "a", balance });
const moved = (n: number, text = "") => ({ accountId: "a", n, text });

async function openBank(server: TrellisServer) {
  const messaging = await server.connect();
  await makeBank(messaging.connection);
  const { connection } = messaging;
  const schema = bank.manifest.schemas?.Account as object;
  const kv = (await openTypedKV<ReturnType<typeof account>>({
    connection,
    inboxPrefix: `_INBOX.${messaging.session}`,
    binding: binding!,
    alias: "accounts",
    schema,
  })).orThrow();
  return { messaging, connection, kv, transact: bankTransact(messaging) };
}

function relaysOf(messaging: Awaited<ReturnType<typeof openBank>>["messaging"]): Relays {
  return new Relays({
    contract: bank,
    deployment: "bank",
    messaging,
    bindings: BANK_BINDINGS,
    log: SILENT,
  });
}

Deno.test("values and events are stored together or not at all, and checked as they are elsewhere", async () => {
  await using server = await TrellisServer.start();
  const { connection, kv, transact } = await openBank(server);
  const { streams } = await jetstreamManager(connection);
  const done = (await transact((tx) => {
    tx.kv.accounts.create("a", account(5));
    tx.event.account.moved(moved(1));
    tx.kv.accounts.put("b", account(7));
    tx.event.account.moved(moved(2));
  })).orThrow();
  assertEquals(done.revisions.map(({ key, revision }) => [key, revision]), [["a", "1"], [
    "b",
    "3",
  ]]);
  assertEquals((await kv.get("b")).orThrow().revision, "3");
  const waiting = await storedEvents(connection, "KV_bank_accounts");
  assertEquals(
    waiting.filter(({ id }) => id !== "").map(({ id, subject }) => [id, subject]),
    done.events.map(({ id }) => [id, `outbox.bank_accounts.${id}`]),
  );
  const { state: { last_seq } } = await streams.info("KV_bank_accounts");
  const reasons: [string, Parameters<typeof transact>[0]][] = [
    ["exists", (tx) => tx.kv.accounts.create("a", account(1))],
    ["revision_mismatch", (tx) => {
      tx.kv.accounts.put("c", account(1));
      tx.kv.accounts.put("a", account(1), { expectedRevision: "2" });
    }],
    ["revision_mismatch", (tx) => tx.kv.accounts.delete("a", { expectedRevision: "x" })],
    ["invalid_key", (tx) => tx.kv.accounts.put("a..b", account(1))],
    ["invalid_key", (tx) => {
      tx.kv.accounts.put("c", account(1));
      tx.kv.accounts.put("c", account(2));
    }],
    ["invalid_value", (tx) => tx.kv.accounts.put("c", account(0.5))],
    ["too_large", (tx) => tx.kv.accounts.put("c", { accountId: "x".repeat(2e6), balance: 1 })],
    ["too_large", (tx) => {
      for (let i = 0; i < 1001; i++) tx.kv.accounts.put(`k${i}`, account(1));
    }],
  ];
  for (const [reason, compose] of reasons) {
    const refused = await transact((tx) => {
      compose(tx);
      tx.event.account.moved(moved(3));
    });
    assertEquals(refused.isErr() && Reflect.get(refused.error, "reason"), reason);
  }
  const invalid = await transact((tx) => {
    tx.kv.accounts.put("c", account(1));
    tx.event.account.moved({ ...moved(3), n: 0.5 });
  });
  assertEquals(invalid.isErr() && invalid.error.name, "ValidationError");
  const large = await transact((tx) => {
    tx.kv.accounts.put("c", account(1));
    tx.event.account.moved(moved(3, "x".repeat(2e6)));
  });
  assertEquals(
    large.isErr() && Reflect.get(large.error, "code"),
    "trellis.rpc.payload_too_large",
  );
  assertThrows(() => transact((tx) => tx.event.account.moved(moved(3))), TypeError, "client.event");
  assertThrows(() => transact(async () => {}), TypeError, "not asynchronous");
  assertEquals((await streams.info("KV_bank_accounts")).state.last_seq, last_seq);

  (await transact((tx) => {
    tx.kv.accounts.delete("a", { expectedRevision: "1" });
    tx.event.account.moved(moved(3));
  })).orThrow();
  (await transact((tx) => tx.kv.accounts.create("a", account(9)))).orThrow();
  assertEquals((await kv.get("a")).orThrow().value, account(9));
  const many = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      transact((tx) => {
        tx.kv.accounts.put(`m${i}`, account(i));
        tx.event.account.moved(moved(i));
      })),
  );
  assert(many.every((result) => result.isOk()));

  // Below 2.12 a server has no such setting, and would store the messages one by one.
  await streams.update("KV_bank_accounts", { allow_atomic: false });
  const off = await transact((tx) => tx.kv.accounts.put("a", account(1)));
  assertEquals(off.isErr() && off.error.message.includes("NATS 2.12"), true);
});

Deno.test("events that wait are published as what they are, in order, once, by one of two instances", async () => {
  await using server = await TrellisServer.start();
  const { messaging, connection, kv, transact } = await openBank(server);
  const second = await server.connect();
  const relays = [relaysOf(messaging), relaysOf(second)];
  const ids: string[] = [];
  for (let n = 0; n < 60; n++) {
    const { events } = (await transact((tx) => {
      tx.kv.accounts.put("a", account(n));
      tx.event.account.moved(moved(n));
    }, { traceparent: "00-trace" })).orThrow();
    ids.push(...events.map(({ id }) => id));
  }
  await until(async () => (await storedEvents(connection)).length >= 60, "all are published");
  const { streams } = await jetstreamManager(connection);
  await until(async () => {
    const { state } = await streams.info("KV_bank_accounts", { subjects_filter: "outbox.>" });
    return Object.keys(state.subjects ?? {}).length === 0;
  }, "what was published is removed");
  const events = await storedEvents(connection);
  assertEquals(events.map(({ id }) => id), ids);
  assertEquals(events.map(({ body }) => body.n), ids.map((_, n) => n));
  const [first] = events;
  assertEquals(first?.subject, "events.v1.Account.Moved.a");
  for (const name of ["Trellis-Event-Time", "Trellis-Digest", "traceparent: 00-trace", KEPT]) {
    assert(first?.headers.includes(name), name);
  }
  for (
    const name of [
      "Nats-Batch",
      "Trellis-Operation-Id",
      "Trellis-Event-Subject",
      "Trellis-Event-Keep",
    ]
  ) {
    assert(!first?.headers.includes(name), name);
  }
  assertEquals((await kv.get("a")).orThrow().value, account(59));
  await Promise.all(relays.map((relay) => relay.stop()));
});

Deno.test("changes of a bucket are published as events with an id that everybody makes the same", async () => {
  await using server = await TrellisServer.start();
  const { messaging, connection } = await openBank(server);
  const { streams } = await jetstreamManager(connection);
  const owners = (await openTypedKV<ReturnType<typeof account>>({
    connection,
    inboxPrefix: `_INBOX.${messaging.session}`,
    binding: BANK_BINDINGS.kv.owners!,
    alias: "owners",
    schema: bank.manifest.schemas?.Account as object,
  })).orThrow();
  const relays = relaysOf(messaging);
  (await owners.put("o.1", account(1))).orThrow();
  (await owners.put("o.2", account(2))).orThrow();
  (await owners.delete("o.1")).orThrow();
  // It fits no schema, so it is none of the events, and it does not hold up what follows it.
  await connection.request("$KV.bank_owners.bad", "no JSON");
  (await owners.put("o.3", account(3))).orThrow();
  await until(
    async () => (await storedEvents(connection)).at(-1)?.body.balance === 3,
    "all are published",
  );
  await relays.stop();
  const published = async () =>
    (await storedEvents(connection)).map(({ subject, body }) => [subject, body]);
  const expected = [
    ["events.v1.Owner.Changed.a", account(1)],
    ["events.v1.Owner.Changed.a", account(2)],
    ["events.v1.Owner.Gone._by4x", { key: "o.1" }],
    ["events.v1.Owner.Changed.a", account(3)],
  ];
  assertEquals(
    (await storedEvents(connection)).slice(-3).map(({ headers }) => headers.includes(KEPT)),
    [false, true, false],
  );
  // With a history of 1 a value that was replaced before it was published is not: it is state.
  assertEquals((await published()).slice(-3), expected.slice(-3));
  const [letter, ...rest] = await storedEvents(connection, "trellis_dead_bank");
  assertEquals([rest.length, letter?.subject.startsWith("dead.bank.relay.owners.")], [0, true]);
  assert(letter?.headers.includes("Trellis-Dead-Reason: invalid"));

  // A relay that was killed before its acknowledgement publishes the same once more, and nothing comes of it.
  const before = await published();
  const manager = await jetstreamManager(connection);
  const consumer = BANK_BINDINGS.relays!.owners!.consumer;
  const { config } = await manager.consumers.info("KV_bank_owners", consumer);
  await manager.consumers.delete("KV_bank_owners", consumer);
  const { durable_name, filter_subjects, ack_wait, max_ack_pending, ack_policy } = config;
  await manager.consumers.add(
    "KV_bank_owners",
    {
      ...{ durable_name, filter_subjects, ack_wait, max_ack_pending, ack_policy },
      deliver_policy: "all",
    } as typeof config,
  );
  const again = relaysOf(messaging);
  await until(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers
      .info("KV_bank_owners", consumer);
    return num_pending === 0 && num_ack_pending === 0;
  }, "it has gone through all once more");
  await again.stop();
  assertEquals(await published(), before);
  assertEquals((await streams.info("trellis_dead_bank")).state.messages, 1);
});
