import { assert, assertEquals, assertFalse } from "@std/assert";
import type { Impact, ImpactQuestion } from "./impact.ts";
import { NatsBucketScanner } from "../nats/scan/nats_bucket_scanner.ts";
import { managerOf } from "../nats/buckets/jetstream_failure.ts";
import { beforeBatch } from "../../tests/support/nats/held_batches.ts";
import { RawRevisions } from "../../tests/support/nats/raw_revisions.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";

const ALL: ImpactQuestion = { kind: "all" };
const NUMBER: ImpactQuestion = { kind: "schema", schema: { type: "number" } };

async function scannerOf(server: TrellisServer): Promise<NatsBucketScanner> {
  const { connection } = await server.connect();
  return new NatsBucketScanner(connection, await managerOf(connection));
}

async function bucketOn(
  server: TrellisServer,
  settings: Parameters<typeof RawRevisions.create>[2] = {},
): Promise<RawRevisions> {
  return await RawRevisions.create((await server.connect()).connection, "data", settings);
}

/** What was counted, without what every impact says. */
function counted(impact: Impact | undefined): unknown {
  const { values, revisions, bytes, first } = impact ?? {};
  return { values, revisions, bytes, first: first?.map(({ key }) => key) };
}

const NOTHING = { values: 0, revisions: 0, bytes: 0, first: [] };

Deno.test("a bucket that is not there has no impact", async () => {
  await using server = await TrellisServer.start();
  const scanner = await scannerOf(server);
  assertEquals((await scanner.scan("data", [ALL])).orThrow(), []);
});

Deno.test("a bucket without values has an impact of nothing, markers or not", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server, { history: 5 });
  const scanner = await scannerOf(server);
  const questions: ImpactQuestion[] = [
    ALL,
    NUMBER,
    { kind: "history", keep: 1 },
    { kind: "ttl", ttlMs: 1 },
    { kind: "retention", keep: 1, ttlMs: 1 },
    { kind: "maxValueBytes", limit: 1 },
  ];
  for (const markers of [0, 3]) {
    for (let i = 0; i < markers; i++) await bucket.delete(`k${i % 2}`);
    await bucket.put("m", "a body of a marker", { "Nats-Marker-Reason": "MaxAge" });
    await bucket.put("m", "another", { "KV-Operation": "PURGE", "Nats-Rollup": "sub" });
    const impacts = (await scanner.scan("data", questions)).orThrow();
    assertEquals(impacts.map(counted), questions.map(() => NOTHING));
    assert(impacts.every(({ complete }) => complete));
  }
  await bucket.empty();
  const [impact] = (await scanner.scan("data", [ALL])).orThrow();
  assertEquals([impact?.complete, impact?.scanned], [true, 0]);
});

Deno.test("current values are distinguished from older revisions and deletions", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server, { history: 5 });
  await bucket.put("mended", `"old"`);
  await bucket.put("broken", "1");
  await bucket.put("deleted", `"x"`);
  await bucket.put("mended", "22");
  await bucket.put("broken", `"new"`);
  await bucket.delete("deleted");
  await bucket.put("plain", "333");
  const before = await bucket.all();
  const scanner = await scannerOf(server);
  const [all, schema, size, history] = (await scanner.scan("data", [
    ALL,
    NUMBER,
    { kind: "maxValueBytes", limit: 3 },
    { kind: "history", keep: 1 },
  ])).orThrow();
  assertEquals(all?.effect, "detached");
  assertEquals(counted(all), {
    values: 3,
    revisions: 6,
    bytes: 19,
    first: ["mended", "broken", "deleted", "plain"],
  });
  assertEquals(schema?.effect, "invalid");
  assertEquals(counted(schema), {
    values: 1,
    revisions: 3,
    bytes: 13,
    first: ["mended", "deleted", "broken"],
  });
  assertEquals(size?.effect, "too_large");
  assertEquals(counted(size), { values: 1, revisions: 2, bytes: 10, first: ["mended", "broken"] });
  assertEquals(history?.effect, "dropped");
  assertEquals(counted(history), {
    values: 0,
    revisions: 3,
    bytes: 9,
    first: ["mended", "broken", "deleted"],
  });
  assertEquals(schema?.first[0], {
    key: "mended",
    createdAt: new Date(before[0]?.writtenAt ?? 0).toISOString(),
    path: "",
    problem: "must be number",
  });
  assertEquals([all?.bucket, all?.complete, all?.scanned], ["data", true, 7]);
  assertEquals(await bucket.consumers(), []);
});

Deno.test("the first keys stand in the order in which they were written, five at most", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server, { history: 3 });
  for (const key of ["c", "a", "b"]) await bucket.put(key, `"${key}"`);
  const scanner = await scannerOf(server);
  const [three] = (await scanner.scan("data", [NUMBER])).orThrow();
  assertEquals(three?.first.map(({ key }) => key), ["c", "a", "b"]);
  for (const key of ["e", "d", "g", "f"]) await bucket.put(key, `"${key}"`);
  // What a smaller history drops becomes clear in another order than it was written in.
  for (const key of ["f", "g", "d", "e", "b", "a", "c"]) await bucket.put(key, `"${key}"`);
  const [five, history] = (await scanner.scan("data", [NUMBER, { kind: "history", keep: 1 }]))
    .orThrow();
  assertEquals(five?.first.map(({ key }) => key), ["c", "a", "b", "e", "d"]);
  assertEquals(history?.first.map(({ key }) => key), ["c", "a", "b", "e", "d"]);
});

Deno.test("hostile values are counted as what they are", async () => {
  await using server = await TrellisServer.start({ maxPayload: 16 * 1024 * 1024 });
  const bucket = await bucketOn(server);
  const deep = 200_000;
  const hostile: readonly [key: string, value: string | Uint8Array, problem: string | undefined][] =
    [
      ["proto", `{"__proto__":{"id":"x"}}`, "is required"],
      ["constructor", `{"constructor":{"id":"x"}}`, "is required"],
      ["nested", "[".repeat(deep) + "]".repeat(deep), "does not fit the schema"],
      ["big", `[${"1,".repeat(1_000_000)}1]`, "does not fit the schema"],
      ["unfinished", "[".repeat(deep), "is not JSON"],
      ["empty", "", "is not JSON"],
      ["mark", new Uint8Array([0xef, 0xbb, 0xbf, 0x31]), "is not JSON"],
      ["latin", new Uint8Array([0x22, 0xe4, 0x22]), "is not JSON"],
      ["null", "null", "must be object"],
      ["valueOf", `{"id":"x","kind":{"valueOf":1}}`, "must be string"],
      ["fine", `{"id":"x","__proto__":1,"text":"${"z".repeat(2_000_000)}"}`, undefined],
    ];
  const schema = {
    type: "object",
    properties: { id: { type: "string" }, kind: { type: "string" } },
    required: ["id"],
  };
  const scanner = await scannerOf(server);
  // On a busy machine values of many megabytes take longer than a scan usually may.
  const scan = async () =>
    (await scanner.scan("data", [{ kind: "schema", schema }], { timeLimitMs: 120_000 })).orThrow();
  for (const [key, value] of hostile) await bucket.put(key, value);
  const [all] = await scan();
  assertEquals([all?.values, all?.complete, all?.scanned], [10, true, 11]);
  for (const [key, value, problem] of hostile) {
    await bucket.empty();
    await bucket.put(key, value);
    const [impact] = await scan();
    assertEquals(impact?.first[0]?.problem, problem, key);
    assertEquals(impact?.values, problem === undefined ? 0 : 1, key);
  }
});

Deno.test("what is said of a value is short, however long the value's own names are", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server);
  const name = "\u{1F333}".repeat(10_000);
  await bucket.put("k", JSON.stringify({ [name]: 1 }));
  const schema = { type: "object", additionalProperties: { enum: ["y".repeat(10_000)] } };
  const [impact] = (await (await scannerOf(server)).scan("data", [{ kind: "schema", schema }]))
    .orThrow();
  const { path = "", problem = "" } = impact?.first[0] ?? {};
  assert(path.startsWith("/\u{1F333}") && path.length <= 200 && path.isWellFormed(), path);
  assert(problem.startsWith("must be equal") && problem.length <= 120, problem);
});

for (const history of [1, 8]) {
  Deno.test(`writers do not disturb a scan of a bucket with a history of ${history}`, async () => {
    await using server = await TrellisServer.start();
    const bucket = await bucketOn(server, { history });
    const padding = "p".repeat(500_000);
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    for (const key of keys) await bucket.put(key, `"${padding}"`);
    const { connection } = await server.connect();
    // One batch is through; this concerns what was seen and what was not.
    const write = async () => {
      for (const key of ["k0", "k18", "k19", "new"]) await bucket.put(key, `"later"`);
      await bucket.put("other", "1");
    };
    const scanner = new NatsBucketScanner(
      beforeBatch(connection, 2, write),
      await managerOf(connection),
    );
    const [impact] = (await scanner.scan("data", [NUMBER])).orThrow();
    // With one revision of each key, nobody can know what k18 and k19 were.
    const seen = history === 1 ? 18 : 20;
    assertEquals(impact?.complete, history > 1);
    assertEquals([impact?.values, impact?.revisions, impact?.scanned], [seen, seen, seen]);
    assertEquals(impact?.bytes, seen * (padding.length + 2));
    assertEquals(await bucket.consumers(), []);
  });
}

Deno.test("a scan ends when what is left of the bucket vanishes", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server);
  for (let i = 0; i < 8; i++) await bucket.put(`k${i}`, "x".repeat(900_000));
  const { connection } = await server.connect();
  const held = beforeBatch(connection, 2, () => bucket.empty());
  const scanner = new NatsBucketScanner(held, await managerOf(connection));
  const [impact] = (await scanner.scan("data", [NUMBER])).orThrow();
  assertFalse(impact?.complete);
  assert((impact?.scanned ?? 0) > 0 && (impact?.scanned ?? 8) < 8);
});

Deno.test("a scan that is out of time says what it found, and that it is not all", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server);
  const scanner = await scannerOf(server);
  const [empty] = (await scanner.scan("data", [ALL], { timeLimitMs: 0 })).orThrow();
  assertEquals(empty?.complete, true);
  for (let i = 0; i < 8; i++) await bucket.put(`k${i}`, "x".repeat(900_000));
  const [none] = (await scanner.scan("data", [ALL], { timeLimitMs: 0 })).orThrow();
  assertEquals([none?.complete, none?.scanned, none?.values], [false, 0, 0]);
  const { connection } = await server.connect();
  const timeLimitMs = 300;
  const wait = () => new Promise((resolve) => setTimeout(resolve, timeLimitMs + 1));
  const held = beforeBatch(connection, 2, wait);
  const slow = new NatsBucketScanner(held, await managerOf(connection));
  const [some] = (await slow.scan("data", [NUMBER], { timeLimitMs })).orThrow();
  assertEquals(some?.complete, false);
  assertEquals(some?.values, some?.scanned);
  assert((some?.scanned ?? 8) < 8);
  assertEquals(await bucket.consumers(), []);
});

Deno.test("a scan says how far it is", async () => {
  await using server = await TrellisServer.start();
  const bucket = await bucketOn(server);
  for (let i = 0; i < 8; i++) await bucket.put(`k${i}`, "x".repeat(900_000));
  const told: [number, number][] = [];
  const { connection } = await server.connect();
  const half = Promise.withResolvers<void>();
  const held = beforeBatch(connection, 2, () => half.promise);
  const scanner = new NatsBucketScanner(held, await managerOf(connection));
  const progress = (scanned: number, total: number) => {
    told.push([scanned, total]);
    if (scanned > 0) half.resolve();
  };
  (await scanner.scan("data", [NUMBER], { progress })).orThrow();
  assert(told.some(([scanned]) => scanned > 0 && scanned < 8), JSON.stringify(told));
  assertEquals(told.at(-1), [8, 8]);
});
