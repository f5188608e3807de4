import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ImpactQuestion } from "../../reconcile/changes/impact.ts";
import { NatsBucketScanner } from "../../reconcile/nats/scan/nats_bucket_scanner.ts";
import { managerOf } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import type { ScanOptions } from "../../reconcile/impact/bucket_scanner.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { HoldingProxy } from "../support/holding_proxy.ts";
import { beforeBatch } from "../support/nats/held_batches.ts";
import { RawRevisions } from "../support/nats/raw_revisions.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const QUESTIONS: readonly ImpactQuestion[] = [{ kind: "schema", schema: { type: "number" } }];
/** Far away, so that only the interruption itself ends the scan. */
const UNHURRIED: ScanOptions = { timeLimitMs: 120_000 };

/** A bucket that takes two batches. */
async function largeBucket(server: TrellisServer): Promise<RawRevisions> {
  const bucket = await RawRevisions.create((await server.connect()).connection, "data");
  for (let i = 0; i < 8; i++) await bucket.put(`k${i}`, "x".repeat(900_000));
  return bucket;
}

/** Scans, and in the middle of it does something. */
async function interrupted(
  server: TrellisServer,
  act: () => Promise<unknown> | void,
  options: ScanOptions = {},
  forgottenAfterMs?: number,
) {
  const { connection } = await server.connect();
  const scanner = new NatsBucketScanner(
    beforeBatch(connection, 2, act),
    await managerOf(connection),
    { forgottenAfterMs },
  );
  return await scanner.scan("data", QUESTIONS, { ...UNHURRIED, ...options });
}

for (const when of ["before", "in the middle of"]) {
  Deno.test(`a scan that is aborted ${when} it leaves nothing behind`, async () => {
    await using server = await TrellisServer.start();
    const bucket = await largeBucket(server);
    const abort = new AbortController();
    const { signal } = abort;
    if (when === "before") abort.abort();
    const scanned = await interrupted(server, () => abort.abort(), { signal });
    assert(scanned.isErr());
    assertEquals(scanned.error.code, "aborted");
    assertEquals(await bucket.consumers(), []);
  });
}

Deno.test("a bucket that is deleted in the middle of a scan is said to be gone", async () => {
  await using server = await TrellisServer.start();
  const bucket = await largeBucket(server);
  const scanned = await interrupted(server, () => bucket.destroy());
  assert(scanned.isErr());
  assertEquals([scanned.error.code, scanned.error.retryable], ["bucket_gone", true]);
  assert(scanned.error.message.includes("data"));
});

Deno.test("a scan whose consumer is deleted says so", async () => {
  await using server = await TrellisServer.start();
  const bucket = await largeBucket(server);
  let forgottenAfterMs: readonly number[] = [];
  const scanned = await interrupted(server, async () => {
    forgottenAfterMs = await bucket.forgottenAfterMs();
    await bucket.deleteConsumers();
  });
  assertEquals(forgottenAfterMs, [60_000]);
  assert(scanned.isErr());
  assertEquals([scanned.error.code, scanned.error.retryable], ["scan_interrupted", true]);
  assert(scanned.error.message.includes("consumer"), scanned.error.message);
});

Deno.test("a scan ends when the server is killed", async () => {
  await using server = await TrellisServer.start();
  await largeBucket(server);
  const scanned = await interrupted(server, () => server.kill());
  assert(scanned.isErr());
  assertEquals([scanned.error.code, scanned.error.retryable], ["scan_interrupted", true]);
  assert(scanned.error.message.includes("connection"), scanned.error.message);
});

Deno.test("a scan ends when the connection is closed under it", async () => {
  await using server = await TrellisServer.start();
  await largeBucket(server);
  const { connection } = await server.connect();
  const held = beforeBatch(connection, 2, () => connection.close());
  const scanner = new NatsBucketScanner(held, await managerOf(connection));
  const scanned = await scanner.scan("data", QUESTIONS, UNHURRIED);
  assert(scanned.isErr());
  assertEquals(scanned.error.code, "scan_interrupted");
  const again = await scanner.scan("data", QUESTIONS);
  assert(again.isErr());
  assertEquals(again.error.code, "nats_unavailable");
});

Deno.test("a scan does not wait for ever for a request that got lost", async () => {
  await using server = await TrellisServer.start();
  const bucket = await largeBucket(server);
  // Longer than the scan waits for the server.
  const forgottenAfterMs = 7000;
  const scanned = await interrupted(server, () => new Promise(() => {}), {}, forgottenAfterMs);
  assert(scanned.isErr());
  assertEquals([scanned.error.code, scanned.error.retryable], ["scan_interrupted", true]);
  assert(scanned.error.message.includes("said nothing"), scanned.error.message);
  // Nobody told the server, so it forgets by itself.
  await until(async () => (await bucket.consumers()).length === 0, "the consumer is forgotten");
});

Deno.test("a scan does not wait for ever on a link that is half open", async () => {
  await using server = await TrellisServer.start();
  await largeBucket(server);
  await using proxy = new HoldingProxy(server.url);
  const messaging = (await connectMessaging({ servers: proxy.url, name: "scan" })).orThrow();
  const held = beforeBatch(messaging.connection, 2, () => proxy.hold());
  const scanner = new NatsBucketScanner(held, await managerOf(messaging.connection));
  const scanned = await scanner.scan("data", QUESTIONS, UNHURRIED);
  assert(scanned.isErr());
  assertEquals([scanned.error.code, scanned.error.retryable], ["scan_interrupted", true]);
  proxy.cut();
  await messaging.close();
});

Deno.test("an error in the caller's own code is not hidden, and leaves nothing behind", async () => {
  await using server = await TrellisServer.start();
  const bucket = await largeBucket(server);
  const half = Promise.withResolvers<void>();
  const progress = () => {
    half.resolve();
    throw new RangeError("of the caller");
  };
  await assertRejects(
    () => interrupted(server, () => half.promise, { progress }),
    RangeError,
    "of the caller",
  );
  assertEquals(await bucket.consumers(), []);
});
