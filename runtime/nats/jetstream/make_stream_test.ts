import { jetstreamManager, StorageType } from "@nats-io/jetstream";
import { assertEquals, assertRejects } from "@std/assert";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { makeStream } from "./make_stream.ts";

Deno.test("a stream that is asked for again is answered, unless it is there in another way", async () => {
  await using server = await MessagingTestServer.start();
  const manager = await jetstreamManager(await server.plain());
  const config = () => ({
    name: "again",
    subjects: ["again.>"],
    storage: StorageType.Memory,
    metadata: { for: "a test" },
    max_bytes: 0,
    // The server leaves these out when it says what there is.
    description: "",
    sources: [],
    no_ack: false,
    discard_new_per_subject: false,
  });
  const { created } = await makeStream(manager, true, config());
  for (const metadata of [config().metadata, {}]) {
    const again = { ...config(), metadata };
    assertEquals((await makeStream(manager, true, again)).created, created);
  }
  for (
    const other of [
      { description: "another" },
      { no_ack: true },
      { max_bytes: 1000 },
      { subjects: ["again.>", "more"] },
      { metadata: { for: "another" } },
    ]
  ) {
    const again = makeStream(manager, true, { ...config(), ...other });
    await assertRejects(() => again, Error, "already in use", JSON.stringify(other));
  }
});
