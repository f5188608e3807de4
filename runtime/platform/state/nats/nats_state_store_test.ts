import { assertEquals } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import { TrellisServer } from "../../../../tests/support/trellis_server.ts";
import { inboxPrefix } from "../../../nats/connection.ts";
import { NatsStateStore } from "./nats_state_store.ts";

const STREAM = "KV_trellis_state";
const WINDOW = 120_000_000_000;

Deno.test("[P19] the bucket is made once, and what its entries rely on is put right", async () => {
  await using server = await TrellisServer.start();
  const { line, session, connection } = await server.connect();
  const place = { line, inboxPrefix: inboxPrefix(session) };
  const { streams } = await jetstreamManager(connection);
  const open = async () => {
    await NatsStateStore.open(place);
    const { config } = await streams.info(STREAM);
    return [config.max_msgs_per_subject, config.duplicate_window, config.allow_direct];
  };
  await Promise.all([open(), open(), open()]);
  assertEquals(await open(), [1, WINDOW, false]);
  await streams.update(STREAM, { max_msgs_per_subject: 5, duplicate_window: 2 * WINDOW });
  assertEquals(await open(), [1, 2 * WINDOW, false], "a longer memory is the operator's to choose");
  await streams.update(STREAM, { duplicate_window: WINDOW / 10 });
  assertEquals(await open(), [1, WINDOW, false]);
});

Deno.test("[P65] on a server that forgets nothing by itself entries expire as well", async () => {
  await using server = await TrellisServer.start();
  const { line, session, connection } = await server.connect();
  const { streams } = await jetstreamManager(connection);
  // As a server before 2.11 leaves it.
  await streams.add({
    name: STREAM,
    subjects: ["$KV.trellis_state.>"],
    max_msgs_per_subject: 1,
    duplicate_window: WINDOW,
  });
  const store = await NatsStateStore.open({ line, inboxPrefix: inboxPrefix(session) });
  const now = Date.now();
  const bytes = new TextEncoder().encode("{}");
  const write = { key: "n.s.k", bytes, when: { kind: "any" }, operation: "o", now } as const;
  const written = (await store.write({ ...write, expiresAt: now + 1000 })).orThrow();
  assertEquals(written, { kind: "stored", sequence: 1, isRepeat: false });
  assertEquals((await store.read("n.s.k")).orThrow()?.expiresAt, now + 1000);
  const query = { namespace: "n.s", prefix: "", offset: 0, limit: 1 };
  assertEquals((await store.keys({ ...query, now })).orThrow().count, 1);
  assertEquals((await store.keys({ ...query, now: now + 1000 })).orThrow().count, 0);
});
