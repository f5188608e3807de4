/** Feeds of KV buckets: a snapshot and what follows without a gap, and where they go on. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type FeedItem, kvFeed, ok, TrellisClient } from "../../../mod.ts";
import { openTypedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import { ProjectedKV } from "../../../runtime/projections/projected_kv.ts";
import { connect, provision } from "../../support/deployed.ts";
import { board, type LevelsHandler, meterHandlers, meters } from "../../support/feeds/meters.ts";
import { RawBuckets } from "../../support/nats/raw_buckets.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const levels: LevelsHandler = ({ input, cursor, client, context: { signal } }) =>
  kvFeed(client.kv.levels, {
    filter: input.meter,
    cursor,
    signal,
    put: (id, { level }) => ({ id, level }),
    deleted: (id) => ({ id }),
  });

const started = shared(async () => {
  const server = await TrellisServer.start();
  await provision(await server.authority(), meters);
  const service = await connect(server, meters, meterHandlers(undefined, levels));
  const client = await TrellisClient.connect({ contract: board, trellisUrl: server.url }).orThrow();
  return {
    server,
    service,
    follow: (meter: string, cursor?: string) =>
      client.feed.meter.levels({ meter }, cursor === undefined ? {} : { cursor }).orThrow(),
    async [Symbol.asyncDispose]() {
      await client.close();
      await service.stop();
      await server[Symbol.asyncDispose]();
    },
  };
});

type Change = FeedItem<{ id: string; level?: number }>;

/** Takes items up to one with this level. */
async function takeUpTo(feed: AsyncIterable<Change>, level: number): Promise<Change[]> {
  const taken: Change[] = [];
  for await (const item of feed) {
    taken.push(item);
    if (item.value.level === level) return taken;
  }
  throw new Error(`it ended without ${level}`);
}

const told = (items: readonly Change[]) =>
  items.map(({ value: { id, level }, gap }) => `${id}=${level ?? "gone"}${gap ? " gap" : ""}`);

Deno.test("a bucket's values and what follows come without a gap while it is written to", async () => {
  const { service, follow } = await started();
  const { levels: kv } = service.kv;
  await kv.put("gone.x", { level: 0 }).orThrow();
  await kv.delete("gone.x").orThrow();
  const last = 210;
  const writing = (async () => {
    for (let level = 1; level <= last; level++) {
      await kv.put(`busy.${level % 7}`, { level }).orThrow();
    }
  })();
  const feeds = await Promise.all([0, 1, 2, 3].map(() => follow("*.*")));
  for (const feed of feeds) {
    const state = new Map((await takeUpTo(feed, last)).map(({ value }) => [value.id, value.level]));
    // Of each key the last value, whenever it began.
    for (let level = last - 6; level <= last; level++) {
      assertEquals(state.get(`busy.${level % 7}`), level);
    }
    assert(!state.has("gone.x"));
  }
  await writing;
});

Deno.test("a feed goes on after a cursor, deletions included, and not with what was told before", async () => {
  const { service, follow } = await started();
  const { levels: kv } = service.kv;
  for (let level = 1; level <= 3; level++) await kv.put(`on.${level}`, { level }).orThrow();
  const before = await takeUpTo(await follow("on.*"), 3);
  assertEquals(told(before), ["on.1=1", "on.2=2", "on.3=3"]);
  await kv.delete("on.2").orThrow();
  await kv.put("on.1", { level: 4 }).orThrow();
  assertEquals(told(await takeUpTo(await follow("on.*", before.at(-1)?.cursor), 4)), [
    "on.2=gone",
    "on.1=4",
  ]);
  // In the middle of the values that were there.
  assertEquals(told(await takeUpTo(await follow("on.*", before[1]?.cursor), 4)), [
    "on.3=3",
    "on.2=gone",
    "on.1=4",
  ]);
});

Deno.test("where a cursor leads nowhere the values come anew, and the first says so", async () => {
  const { server, service, follow } = await started();
  const { levels: kv } = service.kv;
  for (let level = 1; level <= 3; level++) await kv.put(`anew.${level}`, { level }).orThrow();
  const before = await takeUpTo(await follow("anew.*"), 3);
  for (
    const [cursor, why] of [
      ["none", /^the cursor is none of a bucket$/],
      ["", /^the cursor is none of a bucket$/],
      [`99${before[0]?.cursor}`, /^the bucket has had \d+ changes, and the cursor is after 99\d+$/],
    ] as const
  ) {
    const anew = await takeUpTo(await follow("anew.*", cursor), 3);
    assertEquals(told(anew), ["anew.1=1 gap", "anew.2=2", "anew.3=3"]);
    assertMatch(anew[0]?.gapReason ?? "", why);
    assertEquals(anew[1]?.gapReason, undefined);
  }
  // A bucket that is made again while a feed goes on.
  const feed = await follow("anew.*");
  const items = feed[Symbol.asyncIterator]();
  for (let n = 0; n < 3; n++) await items.next();
  await makeAgain(server);
  await kv.put("anew.5", { level: 5 }).orThrow();
  const next = await items.next();
  assert(!next.done);
  assertEquals(told([next.value]), ["anew.5=5 gap"]);
  assertMatch(next.value.gapReason ?? "", /^the bucket is another one, made at 2/);
  await items.return?.();
  const cursor = before.at(-1)?.cursor;
  assertEquals(told(await takeUpTo(await follow("anew.*", cursor), 5)), ["anew.5=5 gap"]);
});

Deno.test("a feed of a projection goes on with the bucket that takes the place of the one before", async () => {
  const { server } = await started();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const open = async (bucket: string) => {
    await raw.create(bucket);
    await raw.put(bucket, "a", JSON.stringify({ in: bucket }));
    const binding = { bucket, history: 1, ttlMs: 0 };
    const options = { connection, binding, alias: "view", schema: { type: "object" } };
    const kv = (await openTypedKV<{ in: string }>(options)).orThrow();
    const progress = () => Promise.resolve(ok({ sequence: 0, isComplete: true }));
    return { kv, progress };
  };
  const view = new ProjectedKV("view", await open("first"));
  const ends = new AbortController();
  const told: unknown[] = [];
  const reading = (async () => {
    for await (const { value, reset } of kvFeed(view, { signal: ends.signal })) {
      told.push([value.in, reset !== undefined]);
    }
  })();
  await until(() => told.length === 1, "the first is read");
  view.switchTo(await open("second"));
  await until(() => told.length === 2, "the second is read");
  ends.abort();
  await reading;
  assertEquals(told, [["first", false], ["second", true]]);
});

/** Deletes the bucket and makes it again, as another tool could. */
async function makeAgain(server: TrellisServer): Promise<void> {
  const raw = new RawBuckets((await server.connect()).connection);
  const [name = ""] = (await raw.names()).filter((name) => name.includes("levels"));
  await raw.delete(name);
  await raw.create(name);
}
