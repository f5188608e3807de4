/** Chunks that are read from their stream, on servers of any age. */
import { assert, assertEquals } from "@std/assert";
import { transferStream } from "../../../contracts/stored/transfer_names.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../../runtime/nats/jetstream/jetstream_requests.ts";
import { lastMessages } from "../../../runtime/nats/jetstream/last_messages.ts";
import { StreamApi } from "../../../runtime/nats/jetstream/stream_api.ts";
import { provision } from "../../support/deployed.ts";
import { RawFiles } from "../../support/nats/raw_files.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { papers } from "../../support/transfers/papers.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

for (const age of ["today's", "the oldest"]) {
  Deno.test(`the chunks that are there come with one question, from ${age} server`, async () => {
    const binary = age === "today's" ? undefined : await oldestServer();
    if (age !== "today's" && binary === undefined) return;
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    await provision(await server.authority(), papers);
    const messaging = await server.connect();
    const files = new RawFiles(messaging, "papers", "Paper.Upload");
    for (const number of [0, 1, 3]) await files.put("o-1", number, new Uint8Array([number]));
    const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
    const read = async (stream: string, numbers: readonly number[]) => {
      const subjects = numbers.map((number) =>
        `transfer.send.operations.v1.Paper.Upload.${messaging.caller}.o-1.${number}`
      );
      const deadline = performance.now() + 1000;
      return await lastMessages(new StreamApi(requests, stream), subjects, deadline);
    };
    const found = (await read(transferStream("papers"), [0, 1, 2, 3])).orThrow();
    assertEquals([...found.values()].map(({ data }) => [...data]), [[0], [1], [3]]);
    assertEquals((await read(transferStream("papers"), [2, 4])).orThrow().size, 0);
    const none = await read("no_such_stream", [0]);
    assert(none.isErr() && none.error.kind === "no_responders", String(none));
  });
}
