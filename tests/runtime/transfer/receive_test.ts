/** Files that are granted and fetched, on one server. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type AsyncResult,
  isErr,
  StoreError,
  TransferError,
  TrellisClient,
  UnexpectedError,
} from "../../../mod.ts";
import { connect, provision } from "../../support/deployed.ts";
import { shared } from "../../support/shared.ts";
import { bytesOf, collect, pieces } from "../../support/store_server.ts";
import { downloadHandlers, downloads, reader } from "../../support/transfers/downloads.ts";
import { RawStore } from "../../support/nats/raw_stores.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

/** Several chunks, and a last one that is not full. */
const LARGE = bytesOf((5 << 20) + 12_345);

const place = shared(async () => {
  const server = await TrellisServer.start();
  await provision(await server.authority(), downloads);
  const service = await connect(server, downloads, downloadHandlers);
  const files = await service.store.files.open().orThrow();
  await files.put("large", LARGE, { contentType: "text/plain" }).orThrow();
  await files.put("small", LARGE.subarray(0, 10)).orThrow();
  await files.put("empty", new Uint8Array()).orThrow();
  return {
    server,
    service,
    files,
    raw: new RawStore((await server.connect("raw")).connection, "svc_downloads_files"),
    async [Symbol.asyncDispose]() {
      await service.stop();
      await server[Symbol.asyncDispose]();
    },
  };
});

async function call() {
  const { server } = await place();
  return await TrellisClient.connect({ contract: reader, trellisUrl: server.url }).orThrow();
}

/** Why a file could not be fetched. */
async function reasonOf(fetching: AsyncResult<unknown, Error>): Promise<string | undefined> {
  const failed = await fetching.take();
  assert(isErr(failed) && failed.error instanceof TransferError, String(failed));
  return failed.error.reason;
}

Deno.test("what was granted is fetched as bytes, as a stream, and into what is written to", async () => {
  await using client = await call();
  for (
    const [path, expected] of [["large", LARGE], ["small", LARGE.subarray(0, 10)], [
      "empty",
      new Uint8Array(),
    ]] as const
  ) {
    const { file } = await client.rpc.files.download({ path }).orThrow();
    assertEquals([file.size, file.surface], [expected.length, "rpc.v1.Files.Download"]);
    const progress: number[] = [];
    const onProgress = ({ received, size }: { received: number; size: number }) => {
      assertEquals(size, expected.length);
      progress.push(received);
    };
    const download = client.transfer(file, { onProgress });
    assertEquals(await download.bytes().orThrow(), expected, path);
    assertEquals(progress, progress.toSorted((a, b) => a - b));
    if (expected.length > 0) assertEquals(progress.at(-1), expected.length);
    assertEquals(await collect(await download.stream().orThrow()), expected);
    const written: Uint8Array[] = [];
    let isClosed = false;
    const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (bytes) => void written.push(bytes.slice()),
      close: () => void (isClosed = true),
    });
    assertEquals(await download.to(writable).orThrow(), expected.length);
    assert(isClosed);
    assertEquals(new Uint8Array(await new Blob(written as BlobPart[]).arrayBuffer()), expected);
  }
});

Deno.test("what is thrown when it is told how far a file has come is thrown to who fetches it, and ends that", async () => {
  await using client = await call();
  const { file } = await client.rpc.files.download({ path: "large" }).orThrow();
  const download = client.transfer(file, {
    onProgress() {
      throw new RangeError("no such bar");
    },
  });
  const aborted = Promise.withResolvers<unknown>();
  const writable = new WritableStream({ abort: aborted.resolve });
  await assertRejects(async () => await download.to(writable), RangeError, "no such bar");
  assertInstanceOf(await aborted.promise, RangeError);
  assertEquals(writable.locked, false);
});

Deno.test("ranges of a file are fetched, from wherever they begin", async () => {
  await using client = await call();
  const { file } = await client.rpc.files.download({ path: "large" }).orThrow();
  const size = LARGE.length;
  const ranges = [[0, 1], [size - 1, size], [524_288, 1_048_576], [300_000, 4_500_001], [7, 7]];
  for (const [start = 0, end = 0] of ranges) {
    const bytes = await client.transfer(file, { range: { start, end } }).bytes().orThrow();
    assertEquals(bytes, LARGE.subarray(start, end), `${start} to ${end}`);
  }
  for (const range of [{ start: -1, end: 5 }, { start: 0, end: size + 1 }, { start: 5, end: 4 }]) {
    assertEquals(await reasonOf(client.transfer(file, { range }).bytes()), "out_of_range");
  }
});

Deno.test("a grant of a range holds for it, and for no byte beside it", async () => {
  await using client = await call();
  const range = { start: 524_200, end: 1_600_000 };
  const { file } = await client.rpc.files.download({ path: "large", range }).orThrow();
  assertEquals(file.range, range);
  const granted = LARGE.subarray(range.start, range.end);
  assertEquals(await client.transfer(file).bytes().orThrow(), granted);
  const part = { start: 600_000, end: 1_500_000 };
  const inner = await client.transfer(file, { range: part }).bytes().orThrow();
  assertEquals(inner, LARGE.subarray(part.start, part.end));
  const { range: _, ...without } = file;
  // What it says is not what counts.
  for (const altered of [without, { ...file, range: { start: 0, end: file.size } }]) {
    assertEquals(await reasonOf(client.transfer(altered).bytes()), "out_of_range");
  }
  const wider = { ...file, range: { start: range.start, end: file.size } };
  assertEquals(await reasonOf(client.transfer(wider).bytes()), "out_of_range");
  const beyond = { path: "large", range: { start: 0, end: file.size + 1 } };
  const refused = await client.rpc.files.download(beyond).take();
  assert(isErr(refused) && refused.error instanceof TransferError);
  assertEquals(refused.error.reason, "out_of_range");
});

Deno.test("the parts of an object are found where others were written at the same time", async () => {
  const { files } = await place();
  await using client = await call();
  const many = [1, 2, 3].map((seed) => bytesOf(6 << 20, seed));
  await Promise.all(many.map((bytes, i) => files.put(`among-${i}`, pieces(bytes)).orThrow()));
  for (const [i, bytes] of many.entries()) {
    const { file } = await client.rpc.files.download({ path: `among-${i}` }).orThrow();
    assertEquals(await client.transfer(file).bytes().orThrow(), bytes);
    const range = { start: 3_333_333, end: 3_333_999 };
    const part = await client.transfer(file, { range }).bytes().orThrow();
    assertEquals(part, bytes.subarray(range.start, range.end));
  }
});

Deno.test("a grant that is forged, altered, of somebody else or too old gives nothing", async () => {
  await using client = await call();
  await using other = await call();
  const { file } = await client.rpc.files.download({ path: "large" }).orThrow();
  assertEquals(await reasonOf(other.transfer(file).bytes()), "not_found");
  assertEquals(await reasonOf(client.transfer({ ...file, id: "made-up" }).bytes()), "not_found");
  const elsewhere = { ...file, surface: "operations.v1.Files.Pack" };
  assertEquals(await reasonOf(client.transfer(elsewhere).bytes()), "not_found");
  for (const surface of ["rpc.v1.Files.*", "rpc.v1.>", "rpc.v1.Files.Download.a b", ""]) {
    assertEquals(await reasonOf(client.transfer({ ...file, surface }).bytes()), "not_found");
  }
  const { digest } = (await client.rpc.files.download({ path: "small" }).orThrow()).file;
  assertEquals(await reasonOf(client.transfer({ ...file, digest }).bytes()), "digest_mismatch");
  const shorter = { ...file, size: file.size - 1 };
  assertEquals(await reasonOf(client.transfer(shorter).bytes()), "digest_mismatch");
  const longer = { ...file, size: file.size + 1 };
  assertEquals(await reasonOf(client.transfer(longer).bytes()), "out_of_range");

  const brief = await client.rpc.files.download({ path: "large", expiresInMs: 1 }).orThrow();
  await until(() => Date.now() > Date.parse(brief.file.expiresAt) + 100, "it is over");
  assertEquals(await reasonOf(client.transfer(brief.file).bytes()), "expired");
  const endless = await client.rpc.files.download({ path: "large", expiresInMs: 3_600_001 }).take();
  assert(isErr(endless) && endless.error instanceof UnexpectedError);
  assertEquals(await client.transfer(file).bytes().orThrow(), LARGE);
});

Deno.test("a session that asks for very much at once is told so, and fetches all the same", async () => {
  const { server } = await place();
  const messaging = await server.connect("greedy");
  const ask = async (subject: string, body: object) => {
    const asked = { timeoutMs: 30_000, requestId: crypto.randomUUID() };
    const answer = await messaging.request(
      `${subject}.${messaging.caller}`,
      JSON.stringify(body),
      asked,
    );
    return JSON.parse(answer.orThrow().text);
  };
  const { file } = await ask("rpc.v1.Files.Download", { path: "large" });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      ask("transfer.pull.rpc.v1.Files.Download", {
        grant: file.id,
        from: 0,
        bytes: 10,
        inbox: `greedy${n}`,
      })),
  );
  const refused = answers.filter(({ type }) => type !== undefined);
  assertEquals(new Set(refused.map(({ reason }) => reason)), new Set(["busy"]));

  await using client = await call();
  const range = { start: 100, end: 200 };
  const ranges = await Promise.all(Array.from({ length: 40 }, async () => {
    const granted = await client.rpc.files.download({ path: "large", range }).orThrow();
    return await client.transfer(granted.file).bytes().orThrow();
  }));
  for (const bytes of ranges) assertEquals(bytes, LARGE.subarray(100, 200));
});

Deno.test("a grant of an operation is fetched in every session of its owner", async () => {
  await using client = await call();
  const ref = await client.operation.files.pack.start({ path: "large" }).orThrow();
  const { file } = await ref.wait().orThrow();
  assertEquals(file.surface, "operations.v1.Files.Pack");
  await using other = await call();
  assertEquals(await other.transfer(file).bytes().orThrow(), LARGE);
  const missing = await client.operation.files.pack.start({ path: "none" }).orThrow();
  const failed = await missing.wait().take();
  assert(isErr(failed) && failed.error instanceof StoreError);
  assertEquals(failed.error.reason, "not_found");
});

Deno.test("what was granted stays the same when the key leads elsewhere, and is gone with its bytes", async () => {
  const { files, raw } = await place();
  await using client = await call();
  await files.put("replaced", LARGE).orThrow();
  const { file } = await client.rpc.files.download({ path: "replaced" }).orThrow();
  const { object } = (await raw.entry("replaced"))!;
  await files.put("replaced", LARGE.subarray(0, 100)).orThrow();
  assertEquals(await client.transfer(file).bytes().orThrow(), LARGE);
  const range = { start: 2_000_000, end: 2_000_010 };
  const part = await client.transfer(file, { range }).bytes().orThrow();
  assertEquals(part, LARGE.subarray(range.start, range.end));
  await raw.purge(object);
  assertEquals(await reasonOf(client.transfer(file).bytes()), "gone");

  const { file: kept } = await client.rpc.files.download({ path: "replaced" }).orThrow();
  const { object: second } = (await raw.entry("replaced"))!;
  await files.delete("replaced").orThrow();
  await raw.purge(second);
  assertEquals(await reasonOf(client.transfer(kept).bytes()), "gone");
});

Deno.test("a damaged object is never taken for the file", async () => {
  const { files, raw } = await place();
  await using client = await call();
  const chunk = 512 << 10;
  const bytes = LARGE.subarray(0, 2 * chunk + 1000);
  const last = bytes.slice(2 * chunk);
  last[999] = 255 - last[999]!;
  for (const end of [last, last.subarray(0, 999), undefined]) {
    await files.put("damaged", bytes).orThrow();
    const { object } = (await raw.entry("damaged"))!;
    await raw.tamper(object, bytes.subarray(0, chunk));
    await raw.append(object, bytes.subarray(chunk, 2 * chunk));
    if (end !== undefined) await raw.append(object, end);
    const { file } = await client.rpc.files.download({ path: "damaged" }).orThrow();
    let taken = 0;
    let isClosed = false;
    const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: ({ length }) => void (taken += length),
      close: () => void (isClosed = true),
    });
    assertEquals(await reasonOf(client.transfer(file).to(writable)), "digest_mismatch");
    assertEquals([isClosed, taken < bytes.length], [false, true]);
  }
});

Deno.test("fetching is ended by the caller, and by what the bytes are written to", async () => {
  await using client = await call();
  const { file } = await client.rpc.files.download({ path: "large" }).orThrow();
  const stop = new AbortController();
  const { signal } = stop;
  const onProgress = () => stop.abort();
  assertEquals(await reasonOf(client.transfer(file, { signal, onProgress }).bytes()), "aborted");
  assertEquals(await reasonOf(client.transfer(file, { signal }).stream()), "aborted");
  const full = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: () => Promise.reject(new Error("the disk is full")),
  });
  const failed = await client.transfer(file).to(full).take();
  assert(isErr(failed) && failed.error instanceof TransferError);
  assertEquals([failed.error.reason, failed.error.message.includes("the disk is full")], [
    "aborted",
    true,
  ]);
  const stream = await client.transfer(file).stream().orThrow();
  await stream.cancel();
  assertEquals(await client.transfer(file).bytes().orThrow(), LARGE);
});
