import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, TrellisService } from "../../mod.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { projectionShape } from "../../contracts/stored/projection_names.ts";
import { deadStream } from "../../contracts/stored/work_names.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { BucketStream } from "../../runtime/kv/nats/bucket_stream.ts";
import { ValueCodec } from "../../runtime/kv/value_codec.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { ProjectedEvents } from "../../runtime/projections/projected_events.ts";
import { isRebuilt, rebuild } from "../../runtime/projections/rebuild.ts";
import { SILENT } from "../support/deployed.ts";
import { ProjectionStreams } from "../support/nats/projection_streams.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });
const BigTotal = Type.Object({ sum: Type.Integer(), count: Type.Integer() });

const events = { "Thing.Counted": { version: "v1", params: ["/key"] } } as const;
const words = { id: "sums@v1", displayName: "Sums", description: "Adds." } as const;
const totals = {
  purpose: "Sums",
  projection: { self: ["Thing.Counted"], key: "/key" },
} as const;

const first = defineServiceContract({ schemas: { Counted, Total } }, (ref) => ({
  ...words,
  events: { "Thing.Counted": { ...events["Thing.Counted"], event: ref.schema("Counted") } },
  resources: { kv: { totals: { ...totals, schema: ref.schema("Total") } } },
}));
/** The same service with another schema for its projection. */
const second = defineServiceContract({ schemas: { Counted, BigTotal } }, (ref) => ({
  ...words,
  events: { "Thing.Counted": { ...events["Thing.Counted"], event: ref.schema("Counted") } },
  resources: { kv: { totals: { ...totals, schema: ref.schema("BigTotal") } } },
}));
const firstHandlers = defineHandlers(first, {
  projections: { totals: { "Thing.Counted": (total, { n }) => ({ sum: (total?.sum ?? 0) + n }) } },
});
const secondHandlers = defineHandlers(second, {
  projections: {
    totals: {
      "Thing.Counted": (total, { n }) => ({
        sum: (total?.sum ?? 0) + n,
        count: (total?.count ?? 0) + 1,
      }),
    },
  },
});

function shapeOf(contract: typeof first | typeof second): string {
  const { schema, projection } = needsOf(contract.manifest, contract.digest).resources.kv.totals!;
  const { key, version, events } = projection!;
  return projectionShape({ schema, key, version, events });
}

const server = shared(() => TrellisServer.start());

Deno.test("a bucket of another shape is made beside, and takes the place of the one before without a pause", async () => {
  const { url } = await server();
  await (await server()).authority();
  await using streams = await ProjectionStreams.make(url, {
    contract: first,
    deployment: "sums",
    alias: "totals",
    filters: ["events.v1.Thing.Counted.*"],
  });
  const shapes = [shapeOf(first), shapeOf(second)];
  const binding = { ...await streams.binding(), shape: shapes[0]! };
  await streams.bind(first, binding);
  const js = jetstream(streams.connection);
  const expected = new Map<string, { sum: number; count: number }>();
  const publish = async (count: number) => {
    let seq = 0;
    for (let i = 0; i < count; i += 50) {
      const acks = Array.from({ length: 50 }, (_, j) => {
        const [key, n] = [`k${(i + j) % 40}`, i + j];
        const { sum = 0, count = 0 } = expected.get(key) ?? {};
        expected.set(key, { sum: sum + n, count: count + 1 });
        return js.publish(`events.v1.Thing.Counted.${key}`, JSON.stringify({ key, n }));
      });
      seq = (await Promise.all(acks)).at(-1)!.seq;
    }
    return seq;
  };
  const values = (withCount: boolean): Record<string, unknown> =>
    Object.fromEntries(
      [...expected].sort(([a], [b]) => a < b ? -1 : 1)
        .map(([key, { sum, count }]) => [key, withCount ? { sum, count } : { sum }]),
    );
  const options = { trellisUrl: url, deployment: "sums", log: SILENT };
  await using older = await TrellisService.connect({ ...options, contract: first }).orThrow();
  await older.serve(firstHandlers);
  await older.kv.totals.reached(await publish(2000)).orThrow();
  assertEquals(await streams.values(), values(false));

  const next = await streams.makeNext(shapes[1]!);
  const digests = [first.digest, second.digest];
  await streams.bind(second, { ...binding, next }, digests);
  await using newer = await TrellisService.connect({ ...options, contract: second }).orThrow();
  await newer.serve(secondHandlers);
  // Each reads what its own code makes, and both follow the events.
  const entry = await newer.kv.totals.get("k1").orThrow();
  assertEquals<unknown>(entry.value, values(true)["k1"]);
  const last = await publish(500);
  await Promise.all([older, newer].map((service) => service.kv.totals.reached(last).orThrow()));
  assertEquals(await streams.values(next.bucket), values(true));
  assertEquals(await streams.values(), values(false));

  await streams.bind(second, { ...binding, ...next }, digests);
  await until(async () => {
    const status = await older.kv.totals.status().orThrow();
    return status.bucket === next.bucket;
  }, "the older one reads the new bucket");
  await newer.kv.totals.reached(await publish(500)).orThrow();
  assertEquals(await streams.values(next.bucket), values(true));
  assert(Object.values(await streams.values()).length === 40, "what was before is kept");
});

Deno.test("a rebuild that is stopped anywhere leaves no bucket that passes for whole, and begins again", async () => {
  const { url } = await server();
  await (await server()).authority();
  await using streams = await ProjectionStreams.make(url, {
    contract: first,
    deployment: "stopped",
    alias: "totals",
    filters: ["events.v1.Thing.Counted.*"],
  });
  const js = jetstream(streams.connection);
  for (let i = 0; i < 2000; i += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, j) => {
      const key = `s${i + j}`;
      return js.publish(`events.v1.Thing.Counted.${key}`, JSON.stringify({ key, n: i + j }));
    }));
  }
  const requests = JetStreamRequests.of(streams.connection, "_INBOX");
  const { created } = await streams.binding();
  const need = first.manifest.resources!.kv!.totals!;
  const { totals: reducers } = firstHandlers.handlers.projections;
  const options = {
    source: new StreamApi(requests, EVENT_STREAM),
    created,
    target: new BucketStream(requests, streams.bucket),
    events: new ProjectedEvents(first, need.projection!, reducers),
    codec: new ValueCodec<unknown>(
      validatorOf(first.manifest.schemas!.Total!),
      "totals",
      undefined,
    ),
    deployment: "stopped",
    kind: "projection",
    name: "totals",
    requests,
    dead: undefined,
    log: SILENT,
  } as const;
  let stops = 0;
  for (let ms = 1;; ms *= 2) {
    const isWhole = await rebuild(options, AbortSignal.timeout(ms));
    assertEquals(await isRebuilt(options.target, created), isWhole);
    if (isWhole) break;
    stops++;
  }
  assert(stops > 0);
  const values = await streams.values();
  const own = Object.keys(values).filter((key) => key.startsWith("s"));
  assertEquals([own.length, values["s1999"]], [2000, { sum: 1999 }]);
});

Deno.test("events that cannot be folded again are dead letters, once, and their keys stand still", async () => {
  const { url } = await server();
  await (await server()).authority();
  await using streams = await ProjectionStreams.make(url, {
    contract: first,
    deployment: "unlucky",
    alias: "totals",
    filters: ["events.v1.Thing.Counted.*"],
  });
  const js = jetstream(streams.connection);
  const publish = async (key: string, body: object) =>
    (await js.publish(`events.v1.Thing.Counted.${key}`, JSON.stringify({ key, ...body }))).seq;
  await publish("h1", { n: 1 });
  const poison = await publish("h1", { n: -13 });
  const after = await publish("h1", { n: 5 });
  const odd = await publish("h3", {});
  await publish("h2", { n: 4 });
  const requests = JetStreamRequests.of(streams.connection, "_INBOX");
  const { created } = await streams.binding();
  for (const bucket of ["unlucky_1", "unlucky_2"]) {
    await new Kvm(streams.connection).create(bucket);
    const options = {
      source: new StreamApi(requests, EVENT_STREAM),
      created,
      target: new BucketStream(requests, bucket),
      events: new ProjectedEvents(first, first.manifest.resources!.kv!.totals!.projection!, {
        // It changes what it was given before it fails.
        "Thing.Counted": (total: { sum: number } = { sum: 0 }, { n }: { n: number }) => {
          total.sum += n;
          if (n === -13) throw new Error("unlucky");
          return total;
        },
      }),
      codec: new ValueCodec<unknown>(
        validatorOf(first.manifest.schemas!.Total!),
        "totals",
        undefined,
      ),
      deployment: "unlucky",
      kind: "projection",
      name: "totals",
      requests,
      dead: deadStream("unlucky"),
      log: SILENT,
    } as const;
    assert(await rebuild(options, new AbortController().signal));
    const { h1, h2, h3 } = await streams.values(bucket);
    assertEquals({ h1, h2, h3 }, { h1: { sum: 1 }, h2: { sum: 4 }, h3: undefined });
    const letters = await streams.deadLetters();
    assertEquals(letters.map(([sequence, reason]) => [sequence, reason]), [
      [poison, "failed"],
      [after, "failed"],
      [odd, "invalid"],
    ]);
    assertEquals(letters[0]?.[2], `key "h1": unlucky`);
    assert(letters[1]?.[2].startsWith(`key "h1" stands still since event `), letters[1]?.[2]);
  }
});
