/** Chunks that are followed while they come, on servers of any age. */
import { assert, assertEquals } from "@std/assert";
import { sessionOf } from "../../../contracts/identity/caller.ts";
import {
  sentChunk,
  TRANSFER_CHUNK_BYTES,
  transferStream,
} from "../../../contracts/stored/transfer_names.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../../runtime/nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { FollowedChunks } from "../../../runtime/transfer/send/followed_chunks.ts";
import { StagedChunks } from "../../../runtime/transfer/send/staged_chunks.ts";
import { provision } from "../../support/deployed.ts";
import { callerOf, RawFiles } from "../../support/nats/raw_files.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { papers } from "../../support/transfers/papers.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const ADA = callerOf("ada");
const ADA_ELSEWHERE = `u-ada-${sessionOf("ada elsewhere")}`;
const EVE = callerOf("eve");

function following({ line, session }: NatsMessaging, stream = transferStream("papers")) {
  const requests = JetStreamRequests.of(line, inboxPrefix(session));
  const staged = new StagedChunks(requests, stream, "operations.v1.Paper.Upload");
  return new FollowedChunks(staged, "o-1", "user:ada");
}

/** What the next chunks hold, each one byte. */
async function next(coming: FollowedChunks, count: number): Promise<readonly unknown[]> {
  const bytes: unknown[] = [];
  while (bytes.length < count) {
    if (!coming.isRunning) (await coming.begin()).mapErr(({ kind }) => new Error(kind)).orThrow();
    const chunk = coming.take();
    if (chunk === undefined) await coming.something();
    else bytes.push(...chunk);
  }
  return bytes;
}

for (const age of ["today's", "the oldest"]) {
  Deno.test(`[S102] the chunks of an owner come in their order, once each, and nobody else's, from ${age} server`, async () => {
    const binary = age === "today's" ? undefined : await oldestServer();
    if (age !== "today's" && binary === undefined) return;
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    await provision(await server.authority(), papers);
    const messaging = await server.connect();
    const files = new RawFiles(messaging, "papers", "Paper.Upload");
    const put = async (number: number, byte: number, caller = ADA, id = "o-1") =>
      await files.put(id, number, new Uint8Array([byte]), { caller });
    await put(0, 66, EVE);
    await put(0, 0);
    await put(1, 1);
    await put(0, 66, ADA, "o-2");
    using coming = following(messaging);
    assertEquals(await next(coming, 2), [0, 1]);
    assertEquals([coming.take(), coming.taken], [undefined, 2]);
    // The others were sent out of their order, and in two sessions.
    await put(4, 4);
    await put(1, 66, ADA_ELSEWHERE);
    await put(3, 3, ADA_ELSEWHERE);
    await put(3, 66);
    await put(2, 66, EVE);
    await put(2, 2);
    assertEquals(await next(coming, 3), [2, 3, 4]);
  });
}

Deno.test("who takes chunks slowly has little of them in memory, and gets all of them", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), papers);
  const messaging = await server.connect();
  const bytes = new Uint8Array(TRANSFER_CHUNK_BYTES);
  const sent = Array.from({ length: 128 }, (_, n) => n);
  for (const number of sent) {
    const subject = sentChunk("operations.v1.Paper.Upload", ADA, "o-1", number);
    await messaging.connection.request(subject, bytes);
  }
  using coming = following(messaging);
  const taken = async (count: number) => {
    while (coming.taken < count) {
      if (coming.take() !== undefined) continue;
      if (coming.isRunning) await coming.something();
      else (await coming.begin()).mapErr(({ kind }) => new Error(kind)).orThrow();
    }
  };
  // The server sends more and more before it waits.
  await taken(60);
  await until(() => !coming.isRunning, "no more is sent");
  let waiting = 0;
  while (coming.take() !== undefined) waiting++;
  assert(waiting * bytes.length < 16 << 20, `${waiting} chunks were waiting`);
  await taken(sent.length);
});

Deno.test("chunks are followed over a restart of the broker, and not where nothing comes of it", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), papers);
  const messaging = await server.connect();
  const files = new RawFiles(messaging, "papers", "Paper.Upload");
  const put = (number: number) =>
    files.put("o-1", number, new Uint8Array([number]), { caller: ADA });
  using coming = following(messaging);
  await put(0);
  await put(1);
  assertEquals(await next(coming, 2), [0, 1]);
  await server.stop();
  while (coming.isRunning) await coming.something();
  await server.startAgain();
  (await coming.begin()).mapErr(({ kind }) => new Error(kind)).orThrow();
  await put(2);
  assertEquals(await next(coming, 1), [2]);
  using nowhere = following(messaging, "no_such_stream");
  assert((await nowhere.begin()).isErr());
  assertEquals(nowhere.isRunning, false);
  const again = await nowhere.begin();
  assert(again.isErr() && again.error.kind === "lost", String(again));
});
