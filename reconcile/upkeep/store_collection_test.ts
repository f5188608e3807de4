import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ReconcileEvent } from "./reconcile_event.ts";
import { ReconcileLoop } from "./reconcile_loop.ts";
import { type CollectionTimes, StoreCollection } from "./store_collection.ts";
import { openAuthority } from "../nats/open_authority.ts";
import { acceptState } from "../../tests/support/accepted_state.ts";
import { RawStore } from "../../tests/support/nats/raw_stores.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";
import { until } from "../../tests/support/until.ts";

const HOUR = 3_600_000;
const ORPHAN = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const OFTEN: CollectionTimes = { firstMs: 10, intervalMs: 20, olderThanMs: 0 };

async function startLoop(server: TrellisServer, name: string, collect: CollectionTimes) {
  const { connection } = await server.connect(name);
  const authority = (await openAuthority(connection)).orThrow();
  const events: ReconcileEvent[] = [];
  const loop = await ReconcileLoop.start({
    authority,
    connection,
    by: name,
    report: (event) => void events.push(event),
    intervalMs: HOUR,
    collect,
  });
  return { loop, authority, events, connection };
}

Deno.test("objects that no key leads to are removed from time to time, without a word", async () => {
  await using server = await TrellisServer.start();
  const { loop, authority, events, connection } = await startLoop(server, "one", OFTEN);
  await using _ = loop;
  await acceptState(authority.store, "d", {}, { store: { a: {} } });
  await loop.reconcile("d");
  const raw = new RawStore(connection, "svc_d_a");
  for (let round = 0; round < 2; round++) {
    await raw.append(ORPHAN, new Uint8Array(100));
    await until(async () => (await raw.objects()).length === 0, "the orphan is gone");
  }
  assertEquals(events.filter(({ kind }) => kind === "failed"), []);
});

Deno.test("only who looks after a deployment collects in its stores", async () => {
  await using server = await TrellisServer.start();
  const holder = await startLoop(server, "holder", { firstMs: HOUR });
  await using _ = holder.loop;
  await acceptState(holder.authority.store, "d", {}, { store: { a: {} } });
  await holder.loop.reconcile("d");
  const other = await startLoop(server, "other", OFTEN);
  await using _other = other.loop;
  await other.loop.reconcile("d");
  const raw = new RawStore(other.connection, "svc_d_a");
  await raw.append(ORPHAN, new Uint8Array(100));
  // Its own store tells that it had the time.
  await acceptState(other.authority.store, "mine", {}, {
    store: { a: {} },
    contract: "mine@v1",
  });
  await other.loop.reconcile("mine");
  const mine = new RawStore(other.connection, "svc_mine_a");
  for (let round = 0; round < 2; round++) {
    await mine.append(ORPHAN, new Uint8Array(100));
    await until(async () => (await mine.objects()).length === 0, "its own orphan is gone");
  }
  assertEquals(await raw.objects(), [ORPHAN]);
});

Deno.test("what keeps a collection from working is reported once, and the other stores go on", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const store = new RawStore(connection, "svc_d_b");
  await store.create();
  const events: ReconcileEvent[] = [];
  const stop = new AbortController();
  const collection = new StoreCollection({
    connection,
    times: OFTEN,
    report: (event) => void events.push(event),
    signal: stop.signal,
    stores: () => [{ name: "d", stores: ["gone", store.name] }],
  });
  try {
    for (let round = 0; round < 3; round++) {
      await store.append(ORPHAN, new Uint8Array(100));
      await until(async () => (await store.objects()).length === 0, "the orphan is gone");
    }
    assertEquals(events.map(({ kind, deployment }) => [kind, deployment]), [["failed", "d"]]);
    assertStringIncludes(JSON.stringify(events), "the store gone");
  } finally {
    stop.abort();
    await collection.stop();
  }
});
