/** Files between callers and services: their bytes are in stores, which stay the services' own. */
import { assert, assertEquals } from "@std/assert";
import {
  defineAppContract,
  type FileGrant,
  isErr,
  TransferError,
  TransportError,
  TrellisClient,
} from "../../mod.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import { objectDigest } from "../../contracts/stored/object_digest.ts";
import { chunkSubject, objectStream } from "../../contracts/stored/store_names.ts";
import { pullSubject, sentChunk, transferStream } from "../../contracts/stored/transfer_names.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { provision } from "../support/deployed.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { shared } from "../support/shared.ts";
import { bytesOf } from "../support/store_server.ts";
import { downloadHandlers, downloads, reader } from "../support/transfers/downloads.ts";
import { author, paperHandlers, papers } from "../support/transfers/papers.ts";

const FILE = bytesOf(1_300_000);
const FILES = "svc_downloads_files";
const ADA = { kind: "user", id: "ada" } as const;
const BOB = { kind: "user", id: "bob" } as const;

/** Runs under a contract that uses nothing. */
const idle = defineAppContract({}, () => ({
  id: "idle@v1",
  displayName: "Idle",
  description: "Uses nothing.",
}));

const place = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start());
  const service = await trellis.deploy(downloads);
  await service.serve(downloadHandlers);
  await (await trellis.deploy(papers)).serve(paperHandlers());
  for (const contract of [reader, author, idle]) await provision(trellis.authority, contract);
  const files = await service.store.files.open().orThrow();
  await files.put("a", FILE).orThrow();
  await files.put("b", FILE.subarray(0, 700_000)).orThrow();
  const { connection } = trellis.messaging;
  const all = opened.move();
  return { trellis, files, connection, [Symbol.asyncDispose]: () => all.disposeAsync() };
});

type App = typeof reader | typeof author | typeof idle;

/** The key of a new session. */
async function keyOf(principal: Principal, contract: App): Promise<string> {
  const { platform } = (await place()).trellis;
  return (await platform.openUserSession({ principal, contract })).orThrow().seed ?? "";
}

/** A new session of somebody, to fetch files. */
async function fetcher(principal: Principal) {
  const { url: trellisUrl } = (await place()).trellis;
  const sessionKeySeed = await keyOf(principal, reader);
  return await TrellisClient.connect({ contract: reader, trellisUrl, sessionKeySeed }).orThrow();
}

/** A new session of somebody, without the client that keeps callers from mistakes. */
async function bare(principal: Principal, contract: App) {
  return (await connectMessaging({
    servers: (await place()).trellis.url,
    name: "bare",
    key: KeyPair.fromSeed("user", await keyOf(principal, contract)),
    principal,
    contractDigest: contract.digest,
  })).orThrow();
}

async function reasonOf(fetching: PromiseLike<unknown>): Promise<string> {
  const failed = await fetching;
  assert(isErr(failed) && failed.error instanceof TransferError, String(failed));
  return failed.error.reason;
}

Deno.test("[S101] what is sent is kept in a store of the service, and what is fetched comes out of one", async () => {
  const { trellis, connection } = await place();
  const { url: trellisUrl } = trellis;
  const digest = objectDigest(new Uint8Array(await crypto.subtle.digest("SHA-256", FILE.slice())));
  const sessionKeySeed = await keyOf(ADA, author);
  await using sender = await TrellisClient.connect({ contract: author, trellisUrl, sessionKeySeed })
    .orThrow();
  const sent = await sender.operation.paper.upload.start({ path: "a.pdf" }, { body: FILE })
    .orThrow();
  assertEquals(await sent.wait().orThrow(), { key: "a.pdf", size: FILE.length, digest });
  const store = new RawStore(connection, "svc_papers_papers");
  const entry = (await store.entry("a.pdf"))!;
  assertEquals(await store.blob(entry.object), FILE);
  // Nothing of it is kept beside that.
  const { streams } = await store.manager();
  assertEquals((await streams.info(transferStream("papers"))).state.messages, 0);

  await using client = await fetcher(ADA);
  const { file } = await client.rpc.files.download({ path: "a" }).orThrow();
  const kept = (await new RawStore(connection, FILES).entry("a"))!;
  assertEquals([file.digest, file.size], [kept.digest, kept.size]);
  assertEquals(await client.transfer(file).bytes().orThrow(), FILE);
});

Deno.test("[S102] whoever may not call what takes or grants files can neither send nor fetch any", async () => {
  await using client = await fetcher(ADA);
  const { file } = await client.rpc.files.download({ path: "a" }).orThrow();
  await using outsider = await bare(ADA, idle);
  const options = { timeoutMs: 5000, requestId: "outsider" };
  const { caller } = outsider;
  const pull = { grant: file.id, from: 0, bytes: 10, inbox: "mine" };
  for (
    const subject of [
      `rpc.v1.Files.Download.${caller}`,
      `operations.v1.Paper.Upload.${caller}`,
      `${pullSubject(file.surface)}.${caller}`,
      sentChunk("operations.v1.Paper.Upload", caller, "o-1", 0),
    ]
  ) {
    const answer = await outsider.request(subject, JSON.stringify(pull), options);
    assert(answer.isErr() && answer.error instanceof TransportError, subject);
    assertEquals(answer.error.code, "trellis.permission.denied", subject);
  }
  // Who may call it asks for files in no other way.
  await using ada = await bare(ADA, reader);
  const others = `${pullSubject("operations.v1.Paper.Upload")}.${ada.caller}`;
  const answer = await ada.request(others, JSON.stringify(pull), options);
  assert(answer.isErr() && answer.error.code === "trellis.permission.denied");
});

Deno.test("[S103] callers have files and grants of them, and no store", async () => {
  await using client = await fetcher(ADA);
  assertEquals("store" in client, false);
  const { file } = await client.rpc.files.download({ path: "a" }).orThrow();
  assertEquals(Object.keys(file).sort(), [
    "digest",
    "expiresAt",
    "format",
    "id",
    "size",
    "surface",
  ]);
  const { object } = (await new RawStore((await place()).connection, FILES).entry("a"))!;
  for (const name of [FILES, object, "files"]) {
    assertEquals(JSON.stringify({ ...file, surface: "" }).includes(name), false, name);
  }
});

Deno.test("[S104] a grant gives its holder the bytes that it was given for, and nothing of the store", async () => {
  const { connection } = await place();
  await using client = await fetcher(ADA);
  const { file } = await client.rpc.files.download({ path: "a" }).orThrow();
  const { object } = (await new RawStore(connection, FILES).entry("a"))!;
  await using ada = await bare(ADA, reader);
  const stream = objectStream(FILES);
  const chunks = chunkSubject(FILES, object);
  for (
    const subject of [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.mine.${chunks}`,
      chunks,
    ]
  ) {
    const answer = await ada.request(subject, "{}", { timeoutMs: 5000, requestId: "raw" });
    assert(answer.isErr() && answer.error.code === "trellis.permission.denied", subject);
  }
  // Another session of the same user, and of another one.
  for (const principal of [ADA, BOB]) {
    await using other = await fetcher(principal);
    assertEquals(await reasonOf(other.transfer(file).bytes().take()), "not_found");
  }
  const start = FILE.length - 10;
  const range = { start: 10, end: 600_000 };
  const { file: part } = await client.rpc.files.download({ path: "a", range }).orThrow();
  assertEquals(await client.transfer(part).bytes().orThrow(), FILE.subarray(10, 600_000));
  const { range: _, ...whole } = part;
  assertEquals(await reasonOf(client.transfer(whole).bytes().take()), "out_of_range");
  const end = { range: { start, end: FILE.length } };
  assertEquals(await reasonOf(client.transfer(whole, end).bytes().take()), "out_of_range");

  // What an operation grants is its owner's, in all sessions.
  const packing = await client.operation.files.pack.start({ path: "b" }).orThrow();
  const { file: packed }: { file: FileGrant } = await packing.wait().orThrow();
  await using again = await fetcher(ADA);
  assertEquals(await again.transfer(packed).bytes().orThrow(), FILE.subarray(0, 700_000));
  await using bob = await fetcher(BOB);
  assertEquals(await reasonOf(bob.transfer(packed).bytes().take()), "not_found");
  const { trellis } = await place();
  assertEquals(trellis.failures, []);
});
