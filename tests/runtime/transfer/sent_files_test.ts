/** Files that are sent with operations, and what is wrong with some. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import { type SendProgress, TrellisClient } from "../../../mod.ts";
import { StagedChunks } from "../../../runtime/transfer/send/staged_chunks.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../../runtime/nats/jetstream/jetstream_requests.ts";
import { transferStream } from "../../../contracts/stored/transfer_names.ts";
import { connect, provision } from "../../support/deployed.ts";
import { callerOf, RawFiles } from "../../support/nats/raw_files.ts";
import { author, paperHandlers, papers } from "../../support/transfers/papers.ts";
import { paperBytes, wholePaper } from "../../support/transfers/paper_bytes.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

/** Chunks of 15 KiB: many of them are no large file. */
const MAX_PAYLOAD = 16 * 1024;
const CHUNK = 15 * 1024;

const server = shared(async () => {
  const started = await TrellisServer.start({ maxPayload: MAX_PAYLOAD });
  await provision(await started.authority(), papers);
  return started;
});
const service = shared(async () => await connect(await server(), papers, paperHandlers()));
const messaging = shared(async () => await (await server()).connect());

async function call() {
  await service();
  const { url: trellisUrl } = await server();
  return await TrellisClient.connect({ contract: author, trellisUrl }).orThrow();
}

async function raw(name: string) {
  await service();
  return new RawFiles(await messaging(), "papers", name);
}

async function kept(key: string): Promise<Uint8Array | undefined> {
  const store = await (await service()).store.papers.open().orThrow();
  const entry = await store.get(key);
  return entry.isOk() ? await entry.value.bytes().orThrow() : undefined;
}

/** What is to be said of a file. */
async function commitOf(bytes: Uint8Array<ArrayBuffer>) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const digest = `SHA-256=${hash.toBase64({ alphabet: "base64url" })}`;
  return { size: bytes.length, digest, chunks: Math.ceil(bytes.length / CHUNK) };
}

/** Waits until a commit has come to something, and answers what. */
async function decided(files: RawFiles, id: string, commit: number) {
  const record = async () => (await files.control({ action: "get", id })).record;
  await until(async () => {
    const transfer = (await record())?.transfer;
    return transfer !== undefined && transfer.state !== "storing" && transfer.commit >= commit;
  }, `commit ${commit} is decided`);
  const { state, error } = (await record())!.transfer!;
  return [state, (error as { reason?: string } | undefined)?.reason];
}

Deno.test("a file of any kind is what the store has, and is told how far it has come", async () => {
  await using client = await call();
  const { upload } = client.operation.paper;
  const size = 100_000;
  const bytes = await wholePaper(size);
  const bodies = {
    bytes,
    blob: new Blob([bytes]),
    stream: ReadableStream.from(paperBytes(size)),
    iterable: paperBytes(size),
    empty: new Uint8Array(0),
  };
  for (const [kind, body] of Object.entries(bodies)) {
    const told: (readonly [number, number | undefined])[] = [];
    const ref = await upload.start({ path: `any/${kind}`, type: "application/x-a" }, {
      body,
      onTransfer: ({ sent, size }) => told.push([sent, size]),
    }).orThrow();
    const isMeasured = kind === "bytes" || kind === "blob";
    const all = kind === "empty" ? 0 : size;
    assertEquals(told[0], [0, kind === "empty" ? 0 : isMeasured ? size : undefined]);
    assertEquals(told.at(-1)?.[0], all);
    const output = await ref.wait().orThrow();
    assertEquals([output.key, output.size], [`any/${kind}`, all]);
    assertEquals(await kept(`any/${kind}`), kind === "empty" ? new Uint8Array(0) : bytes, kind);
  }
  const store = await (await service()).store.papers.open().orThrow();
  assertEquals((await store.get("any/bytes").orThrow()).info.contentType, "application/x-a");
  const files = await raw("Paper.Upload");
  await until(async () => await files.waiting() === 0, "no chunk stays");
});

Deno.test("a file is stored while it is sent", async () => {
  const files = await raw("Paper.Upload");
  const { streams } = await jetstreamManager((await messaging()).connection);
  const stored = async () => (await streams.info("OBJ_svc_papers_papers")).state.messages;
  const bytes = await wholePaper(3 * CHUNK);
  let id = "";
  // Who comes too slowly is not waited for.
  await until(async () => {
    const before = await stored();
    id = await files.start({ path: "ahead" });
    for (let n = 0; n < 3; n++) await files.put(id, n, bytes.subarray(n * CHUNK, (n + 1) * CHUNK));
    const soon = performance.now() + 500;
    while (performance.now() < soon) if (await stored() > before) return true;
    return false;
  }, "a part of it is stored before all of it is there");
  await files.commit(id, await commitOf(bytes));
  assertEquals(await decided(files, id, 1), ["stored", undefined]);
  assertEquals(await kept("ahead"), bytes);
});

Deno.test("what the sender throws when it is told how far a file has come ends its sending, and is thrown there", async () => {
  await using client = await call();
  const { upload } = client.operation.paper;
  const onTransfer = ({ sent }: SendProgress) => {
    if (sent > 0) throw new RangeError("no such bar");
  };
  // Nobody waits for a chunk while the rest of the body is awaited.
  const body = (async function* () {
    yield* paperBytes(2 * CHUNK);
    await new Promise((resolve) => setTimeout(resolve, 200));
    yield new Uint8Array(1);
  })();
  await assertRejects(
    async () => await upload.start({ path: "thrown" }, { body, onTransfer }),
    RangeError,
    "no such bar",
  );
});

Deno.test("what no store would keep is refused before an operation begins", async () => {
  await using client = await call();
  const body = new Uint8Array(2000);
  const { upload, note } = client.operation.paper;
  const key = await upload.start({ path: "a\u0000b" }, { body });
  assert(key.isErr() && key.error.name === "ValidationError");
  assertEquals(key.error.issues[0]?.path, "/path");
  const type = await upload.start({ path: "a", type: "\n" }, { body });
  assert(type.isErr() && type.error.name === "ValidationError");
  assertEquals(type.error.issues[0]?.path, "/type");
  for (const large of [body, ReadableStream.from(paperBytes(2000))]) {
    const sent = await note.start({ path: "large" }, { body: large });
    assert(sent.isErr() && sent.error.name === "TransferError", String(sent));
    assertEquals(sent.error.reason, "too_large");
  }
  assertEquals(await kept("large"), undefined);
});

Deno.test("a file is refused that is not what its sender has said, and what has come is there for the next commit", async () => {
  const files = await raw("Paper.Upload");
  const bytes = await wholePaper(2 * CHUNK + 10);
  const commit = await commitOf(bytes);
  const id = await files.start({ path: "refused" });
  for (let n = 0; n < 3; n++) await files.put(id, n, bytes.subarray(n * CHUNK, (n + 1) * CHUNK));
  const other = await commitOf(await wholePaper(7));
  await files.commit(id, { ...commit, digest: other.digest });
  assertEquals(await decided(files, id, 1), ["refused", "digest_mismatch"]);
  await files.commit(id, { ...commit, size: commit.size - 1 });
  assertEquals(await decided(files, id, 2), ["refused", "digest_mismatch"]);
  await files.commit(id, { ...commit, size: commit.size + CHUNK, chunks: 4 });
  assertEquals(await decided(files, id, 3), ["refused", "incomplete"]);
  assertEquals(await kept("refused"), undefined);
  assertEquals((await files.control({ action: "sent", id })).transfer?.there, [[0, 2]]);
  await files.commit(id, commit);
  assertEquals(await decided(files, id, 4), ["stored", undefined]);
  assertEquals(await kept("refused"), bytes);
});

Deno.test("a chunk that was damaged on its way is asked for again", async () => {
  const files = await raw("Paper.Upload");
  const bytes = await wholePaper(3 * CHUNK);
  const commit = await commitOf(bytes);
  const id = await files.start({ path: "damaged" });
  const part = (n: number) => bytes.slice(n * CHUNK, (n + 1) * CHUNK);
  await files.put(id, 0, part(0));
  await files.put(id, 1, part(1).fill(7), { said: part(1) });
  await files.put(id, 2, part(2));
  await files.commit(id, commit);
  assertEquals(await decided(files, id, 1), ["refused", "incomplete"]);
  assertEquals((await files.control({ action: "sent", id })).transfer?.there, [[0, 0], [2, 2]]);
  // A chunk of another length is none of this file either.
  await files.put(id, 1, part(1).subarray(1));
  await files.commit(id, commit);
  assertEquals(await decided(files, id, 2), ["refused", "incomplete"]);
  await using client = await call();
  const told: number[] = [];
  await client.operation.paper.upload.resume(id, {
    body: bytes,
    onTransfer: ({ there }) => told.push(there),
  }).orThrow();
  assertEquals([await kept("damaged"), told.at(-1)], [bytes, 2 * CHUNK]);
});

Deno.test("[S102] only what sessions of the owner have sent is a part of the file", async () => {
  const files = await raw("Paper.Upload");
  const { line, session } = await messaging();
  const requests = JetStreamRequests.of(line, inboxPrefix(session));
  const surface = "operations.v1.Paper.Upload";
  const staged = new StagedChunks(requests, transferStream("papers"), surface);
  const bytes = new Uint8Array([1]);
  await files.put("o-owned", 0, bytes, { caller: callerOf("ada") });
  await files.put("o-owned", 0, bytes, { caller: callerOf("eve") });
  await files.put("o-owned", 1, bytes, { caller: callerOf("eve") });
  await files.put("o-other", 2, bytes, { caller: callerOf("ada") });
  const found = (await staged.find("o-owned", "user:ada", 10)).orThrow();
  assertEquals([...found], [[0, [`transfer.send.${surface}.${callerOf("ada")}.o-owned.0`]]]);
  await files.clear();
});

Deno.test("who sends what is a part of no file has it removed, and sends the file after that", async () => {
  const files = await raw("Paper.Upload");
  const id = await files.start({ path: "much" });
  const bytes = new Uint8Array(3);
  await files.put(id, 0, bytes);
  for (const number of [999_999_999, 10 ** 12]) await files.put(id, number, new Uint8Array());
  const { transfer } = await files.control({ action: "sent", id });
  assertEquals([transfer?.there, await files.waiting()], [[], 0]);
  await files.put(id, 0, bytes);
  await files.commit(id, await commitOf(bytes));
  assertEquals(await decided(files, id, 1), ["stored", undefined]);
});

Deno.test("a file that has not come in its time has expired", async () => {
  const files = await raw("Paper.Note");
  const bytes = new Uint8Array([1, 2, 3]);
  const id = await files.start({ path: "late" });
  await files.put(id, 0, bytes);
  await using client = await call();
  const { note } = client.operation.paper;
  const ended = await note.resume(id).wait();
  assert(ended.isErr() && ended.error.name === "TransferError");
  assertEquals([ended.error.reason, ended.error.id], ["expired", id]);
  assertEquals((await files.commit(id, await commitOf(bytes))).reason, "ended");
  // It has ended: there is nothing to send any more.
  assertEquals((await note.resume(id, { body: bytes }).orThrow()).id, id);
  assertEquals(await kept("late"), undefined);
});

Deno.test("two who commit the same file hear that it is stored", async () => {
  await using client = await call();
  await using second = await call();
  const { upload } = client.operation.paper;
  const body = await wholePaper(20 * CHUNK);
  const files = await raw("Paper.Upload");
  const id = await files.start({ path: "twice" });
  const refs = await Promise.all([
    upload.resume(id, { body }).orThrow(),
    second.operation.paper.upload.resume(id, { body }).orThrow(),
  ]);
  for (const ref of refs) assertEquals((await ref.wait().orThrow()).size, body.length);
  assertEquals(await kept("twice"), body);
  // And who comes late.
  assertEquals((await upload.resume(id, { body }).orThrow()).id, id);
  assertEquals((await files.commit(id, await commitOf(body))).record?.transfer?.state, "stored");
});

Deno.test("a store without room says so, and takes the file when there is some", async () => {
  await using client = await call();
  const { squeeze } = client.operation.paper;
  const body = await wholePaper(1_300_000);
  // What never fits is told before any of it is sent.
  const huge = await squeeze.start({ path: "huge" }, { body: new Uint8Array(2_000_001) });
  assert(huge.isErr() && huge.error.name === "TransferError", String(huge));
  assertEquals([huge.error.reason, huge.error.retryable], ["too_large", false]);
  const first = await squeeze.start({ path: "one" }, { body }).orThrow();
  await first.wait().orThrow();
  const full = await squeeze.start({ path: "two" }, { body });
  assert(full.isErr() && full.error.name === "TransferError", String(full));
  assertEquals([full.error.reason, full.error.retryable], ["store_full", true]);
  const store = await (await service()).store.tight.open().orThrow();
  await store.delete("one").orThrow();
  const ref = await squeeze.resume(full.error.id, { body }).orThrow();
  assertEquals((await ref.wait().orThrow()).size, body.length);
});
