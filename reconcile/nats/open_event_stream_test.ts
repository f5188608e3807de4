import { assert, assertEquals } from "@std/assert";
import { openAuthority } from "./open_authority.ts";
import { RawEvents } from "../../tests/support/nats/raw_events.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";

const HOUR_NS = 60 * 60 * 1000 * 1_000_000;

Deno.test("opening authority makes the stream of events, owned by Trellis", async () => {
  await using server = await TrellisServer.start();
  await server.authority();
  const config = await new RawEvents((await server.connect()).connection).config();
  assertEquals(config.subjects, ["events.*.>"]);
  assertEquals(config.metadata?.["trellis.kind"], "events");
  assertEquals(config.storage, "file");
  assertEquals([config.allow_direct, config.deny_delete], [true, true]);
  assertEquals(config.duplicate_window, 120_000 * 1_000_000);
  assertEquals(config.max_age, 7 * 24 * HOUR_NS);
});

Deno.test("many may open authority at once", async () => {
  await using server = await TrellisServer.start();
  await Promise.all([server.authority(), server.authority(), server.authority()]);
});

Deno.test("an operator's limits stay; what events depend on is corrected", async () => {
  await using server = await TrellisServer.start();
  await server.authority();
  const raw = new RawEvents((await server.connect()).connection);
  await raw.change({ max_age: HOUR_NS, subjects: ["events.v1.>"], duplicate_window: 1e9 });
  await server.authority();
  const config = await raw.config();
  assertEquals(config.subjects, ["events.*.>"]);
  assertEquals(config.duplicate_window, 120_000 * 1_000_000);
  assertEquals(config.max_age, HOUR_NS);
  await raw.change({ max_age: 60e9, duplicate_window: 30e9 });
  await server.authority();
  assertEquals((await raw.config()).duplicate_window, 60e9);
});

for (
  const [what, name, hint] of [
    ["a foreign stream of the same name", "trellis_events", "trellis.kind: events"],
    ["a stream that takes the subjects of events", "elsewhere", "events.*.>"],
  ] as const
) {
  Deno.test(`${what} is left alone, and opening says what to do`, async () => {
    await using server = await TrellisServer.start();
    const { connection } = await server.connect();
    const raw = new RawEvents(connection);
    await raw.add({ name, subjects: ["events.>"] });
    const opened = await openAuthority(connection);
    assert(opened.isErr());
    assertEquals(opened.error.code, "unavailable");
    assert(opened.error.hint.includes(hint), opened.error.hint);
    if (name === "trellis_events") assertEquals((await raw.config()).subjects, ["events.>"]);
  });
}
