import { assert, assertEquals } from "@std/assert";
import { validatorOf } from "../../contracts/schema/validator.ts";
import type { Impact, ImpactQuestion } from "../../reconcile/changes/impact.ts";
import { NatsBucketScanner } from "../../reconcile/nats/scan/nats_bucket_scanner.ts";
import { managerOf } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import { ValueCodec } from "../../runtime/kv/value_codec.ts";
import { type RawRevision, RawRevisions } from "../support/nats/raw_revisions.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

/** What a change did, or was predicted to do. */
type Loss = Pick<Impact, "values" | "revisions" | "bytes"> & { readonly first: readonly unknown[] };

/** The newest message of each key, where it is a value. */
function currentValues(all: readonly RawRevision[]): ReadonlyMap<string, RawRevision> {
  const newest = new Map(all.map((revision) => [revision.key, revision]));
  return new Map([...newest].filter(([, { marker }]) => !marker));
}

/** Sums up revisions of a bucket, by the plainest means. */
function lossOf(before: readonly RawRevision[], lost: readonly RawRevision[]): Loss {
  const values = lost.filter(({ marker }) => !marker);
  const current = currentValues(before);
  const first = new Map<string, RawRevision>();
  for (const revision of values) {
    if (!first.has(revision.key)) first.set(revision.key, revision);
  }
  return {
    values: values.filter((revision) => current.get(revision.key) === revision).length,
    revisions: values.length,
    bytes: values.reduce((sum, { bytes }) => sum + bytes.length, 0),
    first: [...first.values()].slice(0, 5).map(({ key, writtenAt }) => ({
      key,
      createdAt: new Date(writtenAt).toISOString(),
    })),
  };
}

function without(
  before: readonly RawRevision[],
  after: readonly RawRevision[],
): readonly RawRevision[] {
  const left = new Set(after.map(({ sequence }) => sequence));
  return before.filter(({ sequence }) => !left.has(sequence));
}

async function predict(server: TrellisServer, question: ImpactQuestion): Promise<Loss> {
  const { connection } = await server.connect();
  const scanner = new NatsBucketScanner(connection, await managerOf(connection));
  const [impact] = (await scanner.scan("data", [question])).orThrow();
  assert(impact?.complete);
  const { values, revisions, bytes, first } = impact;
  return { values, revisions, bytes, first };
}

/** Keys with many and with few revisions, deletions, purges and holes; the same ones every time. */
async function fill(bucket: RawRevisions, prefix: string, writes: number): Promise<void> {
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let i = 0; i < writes; i++) {
    // Some keys are written much more often than others.
    const key = `${prefix}.${next(1 + next(60))}`;
    const act = next(20);
    if (act === 0) await bucket.delete(key);
    else if (act === 1 && next(4) === 0) await bucket.purge(key);
    else if (act === 2) await bucket.put(key, String(i));
    else await bucket.put(key, JSON.stringify({ id: key, text: "t".repeat(next(200)) }));
  }
  const all = await bucket.all();
  for (let hole = 5; hole < all.length; hole += 37) await bucket.remove(all[hole]?.sequence ?? 0);
}

for (const [from, to] of [[12, 5], [12, 1], [64, 20]] as const) {
  Deno.test(`a history of ${from} reduced to ${to} drops what was predicted`, async () => {
    await using server = await TrellisServer.start();
    const { connection } = await server.connect();
    const bucket = await RawRevisions.create(connection, "data", { history: from });
    await fill(bucket, "k", 1200);
    const before = await bucket.all();
    const predicted = await predict(server, { kind: "history", keep: to });
    await bucket.change({ max_msgs_per_subject: to });
    const after = await bucket.all();
    assertEquals(predicted, lossOf(before, without(before, after)));
    assert(predicted.revisions > 20);
    assertEquals(currentValues(after).size, currentValues(before).size);
  });
}

/** What a life of half the gap does to data that is a gap older than the rest. */
async function shortenLife(
  gapMs: number,
  settings: { readonly ttlMs: number; readonly keep?: number },
): Promise<boolean> {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const { ttlMs, keep } = settings;
  const bucket = await RawRevisions.create(connection, "data", { history: 6, ttlMs });
  await fill(bucket, "k", 300);
  const oldest = await bucket.all();
  const last = oldest.at(-1)?.writtenAt ?? 0;
  await until(() => Date.now() - last > gapMs, "the data is old", gapMs + 60_000);
  // Keys with old revisions only, with young ones only, and with both.
  for (const i of [0, 1, 2, 3]) {
    await bucket.put(`k.${i}`, "young");
    await bucket.put(`young.${i}`, "young");
    await bucket.put(`young.${i}`, "younger");
  }
  await bucket.delete("k.3");
  const before = await bucket.all();
  const young = before.find(({ sequence }) => sequence > (oldest.at(-1)?.sequence ?? 0));
  const life = Math.floor(gapMs / 2);
  const predicted = await predict(
    server,
    keep === undefined ? { kind: "ttl", ttlMs: life } : { kind: "retention", keep, ttlMs: life },
  );
  const history = keep === undefined ? {} : { max_msgs_per_subject: keep };
  await bucket.change({ max_age: life * 1_000_000, ...history });
  let after = await bucket.all();
  await until(async () => {
    after = await bucket.all();
    return !after.some(({ sequence }) => sequence <= (oldest.at(-1)?.sequence ?? 0));
  }, "the old data has expired");
  // On a machine that stood still for so long, the young data may have expired as well.
  if (Date.now() - (young?.writtenAt ?? 0) >= life) return false;
  assertEquals(predicted, lossOf(before, without(before, after)));
  assert(predicted.values > 10 && predicted.revisions > predicted.values);
  return true;
}

for (
  const [what, settings] of [
    ["a life where there was none", { ttlMs: 0 }],
    ["a shorter life", { ttlMs: 3_600_000 }],
    ["a shorter life and a smaller history", { ttlMs: 3_600_000, keep: 1 }],
  ] as const
) {
  Deno.test(`${what} drops what was predicted`, async () => {
    for (const gapMs of [3000, 12_000, 48_000]) {
      if (await shortenLife(gapMs, settings)) return;
    }
    throw new Error("the machine is too slow for a test of ages");
  });
}

Deno.test("a smaller size of values drops nothing, and refuses what was predicted", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const bucket = await RawRevisions.create(connection, "data", { history: 4 });
  const limit = 100;
  for (
    const [key, bytes] of [["a", 99], ["b", 101], ["c", 100], ["d", 5000], ["e", 101]] as const
  ) {
    await bucket.put(key, "v".repeat(bytes), { "Some-Header": "of a writer" });
  }
  await bucket.put("b", "small");
  await bucket.put("c", "v".repeat(102));
  await bucket.delete("e");
  const before = await bucket.all();
  const predicted = await predict(server, { kind: "maxValueBytes", limit });
  await bucket.change({ max_msg_size: limit });
  assertEquals((await bucket.all()).length, before.length);
  const refused: RawRevision[] = [];
  for (const revision of before.filter(({ marker }) => !marker)) {
    await bucket.put("again", revision.bytes).catch(() => refused.push(revision));
  }
  assertEquals(predicted, lossOf(before, refused));
  assertEquals([predicted.values, predicted.revisions], [2, 4]);
});

Deno.test("removal concerns everything that is there", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const bucket = await RawRevisions.create(connection, "data", { history: 5 });
  await fill(bucket, "k", 400);
  const before = await bucket.all();
  const predicted = await predict(server, { kind: "all" });
  assertEquals(predicted, lossOf(before, before));
  await bucket.destroy();
  assertEquals(await serverBuckets(server), []);
});

async function serverBuckets(server: TrellisServer): Promise<readonly Impact[]> {
  const { connection } = await server.connect();
  const scanner = new NatsBucketScanner(connection, await managerOf(connection));
  return (await scanner.scan("data", [{ kind: "all" }])).orThrow();
}

Deno.test("another schema makes unreadable what was predicted", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const bucket = await RawRevisions.create(connection, "data", { history: 5 });
  await fill(bucket, "k", 400);
  await bucket.put("k.1", "no json");
  const schema = {
    type: "object",
    properties: { id: { type: "string" }, text: { type: "string", maxLength: 150 } },
    required: ["id"],
  };
  const predicted = await predict(server, { kind: "schema", schema });
  const before = await bucket.all();
  // As services read them.
  const codec = new ValueCodec(validatorOf(schema), "data", undefined);
  const unreadable = before.filter(({ key, bytes, marker }) =>
    !marker && codec.decode(key, bytes).isErr()
  );
  const loss = lossOf(before, unreadable);
  assertEquals({ ...predicted, first: keysOf(predicted) }, { ...loss, first: keysOf(loss) });
  assert(predicted.values > 3 && predicted.revisions > 50);
});

function keysOf({ first }: Loss): readonly unknown[] {
  return first.map((entry) => Reflect.get(Object(entry), "key"));
}
