import { jetstreamManager } from "@nats-io/jetstream";
import { Type } from "@sinclair/typebox";
import { assertEquals } from "@std/assert";
import { defineServiceContract } from "../../../mod.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { until } from "../../../tests/support/until.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import { eventPublication } from "../event_client.ts";
import { NatsEventPublisher } from "./nats_event_publisher.ts";

const { manifest } = defineServiceContract({ schemas: { Text: Type.String() } }, (ref) => ({
  id: "diary@v1",
  displayName: "Diary",
  description: "Writes.",
  events: {
    "Day.Noted": { version: "v1", event: ref.schema("Text"), keep: "forever" },
    "Day.Seen": { version: "v1", event: ref.schema("Text") },
  },
}));

Deno.test("an event that is kept for ever outlives the age of the stream", async () => {
  await using server = await TrellisServer.start();
  await server.authority();
  const { connection, line, session } = await server.connect();
  const manager = await jetstreamManager(connection);
  const second = 1000 * NANOS_PER_MS;
  await manager.streams.update(EVENT_STREAM, { max_age: second, duplicate_window: second });
  const publisher = new NatsEventPublisher(line, `_INBOX.${session}`);
  const publish = (name: string) =>
    eventPublication(manifest, name, publisher).publish("text").orThrow();
  await publish("Day.Noted");
  await publish("Day.Seen");
  const left = async () => (await manager.streams.info(EVENT_STREAM)).state.messages;
  await until(async () => await left() === 1, "the other one is gone");
  const kept = await manager.streams.getMessage(EVENT_STREAM, { seq: 1 });
  assertEquals(kept?.subject, "events.v1.Day.Noted");
  // On a stream that an older version has made, the event is stored without.
  await manager.streams.delete(EVENT_STREAM);
  await manager.streams.add({ name: EVENT_STREAM, subjects: ["events.*.>"] });
  assertEquals((await publish("Day.Noted")).sequence, 1);
});
