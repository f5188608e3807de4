import { assert, assertEquals } from "@std/assert";
import type { Change } from "../changes/change.ts";
import type { ImpactQuestion } from "../changes/impact.ts";
import { questionsOf } from "./impact_questions.ts";
import { measureImpact } from "./measure_impact.ts";
import { NatsBucketScanner } from "../nats/scan/nats_bucket_scanner.ts";
import { managerOf } from "../nats/buckets/jetstream_failure.ts";
import type { KvNeed, Needs } from "../needs/need_types.ts";
import type { BucketScanner } from "./bucket_scanner.ts";
import { RawRevisions } from "../../tests/support/nats/raw_revisions.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";

const KV: KvNeed = {
  schema: { type: "number" },
  history: 2,
  ttlMs: 60_000,
  maxValueBytes: 100,
  required: true,
  purpose: "Tests",
};

function needs(kv: Readonly<Record<string, KvNeed>> = { orders: KV, "a/b": KV }): Needs {
  return {
    contract: "orders@v1",
    kind: "service",
    digest: "d",
    contracts: {},
    surfaces: {},
    capabilities: {},
    resources: {
      kv,
      store: {
        files: {
          ttlMs: 60_000,
          maxTotalBytes: 5000,
          maxObjectBytes: 100,
          required: true,
          purpose: "Tests",
        },
      },
    },
  };
}

function change(code: string, path: string, severity: Change["severity"] = "dangerous"): Change {
  // Codes are told apart by their text, and are not all known to every version.
  return { code: code as Change["code"], path, op: "change", severity, reason: "a test" };
}

/** The bucket of every resource has its name. */
const bucketOf = (resource: string) => resource.replaceAll("/", "_");

function ask(...changes: readonly Change[]): readonly (ImpactQuestion | undefined)[] {
  const inquiries = questionsOf(changes, { needs: needs(), bucketOf });
  return changes.map((_, place) => inquiries.find(({ change }) => change === place)?.question);
}

Deno.test("each dangerous change of a bucket asks what it would cost", () => {
  const expected: Readonly<Record<string, ImpactQuestion>> = {
    "kv.history.reduced history": { kind: "history", keep: 2 },
    "kv.ttl.added ttlMs": { kind: "ttl", ttlMs: 60_000 },
    "kv.ttl.reduced ttlMs": { kind: "ttl", ttlMs: 60_000 },
    "kv.maxValueBytes.added maxValueBytes": { kind: "maxValueBytes", limit: 100 },
    "kv.maxValueBytes.reduced maxValueBytes": { kind: "maxValueBytes", limit: 100 },
    "kv.adopted.retention history": { kind: "retention", keep: 2, ttlMs: 60_000 },
    "kv.adopted.retention ttlMs": { kind: "retention", keep: 2, ttlMs: 60_000 },
    "kv.adopted.limits maxValueBytes": { kind: "maxValueBytes", limit: 100 },
    "kv.adopted.schema schema": { kind: "schema", schema: { type: "number" } },
    "kv.reattached.schema schema": { kind: "schema", schema: { type: "number" } },
    "kv.removed ": { kind: "all" },
  };
  for (const [text, question] of Object.entries(expected)) {
    const [code = "", member = ""] = text.split(" ");
    const path = `/resources/kv/orders${member && `/${member}`}`;
    assertEquals(ask(change(code, path)), [question], text);
  }
});

Deno.test("each dangerous change of a store asks what it would cost", () => {
  const expected: Readonly<Record<string, ImpactQuestion>> = {
    "store.ttl.added ttlMs": { kind: "ttl", ttlMs: 60_000 },
    "store.ttl.reduced ttlMs": { kind: "ttl", ttlMs: 60_000 },
    "store.maxTotalBytes.added maxTotalBytes": { kind: "maxTotalBytes", limit: 5000 },
    "store.maxTotalBytes.reduced maxTotalBytes": { kind: "maxTotalBytes", limit: 5000 },
    "store.maxObjectBytes.added maxObjectBytes": { kind: "maxValueBytes", limit: 100 },
    "store.maxObjectBytes.reduced maxObjectBytes": { kind: "maxValueBytes", limit: 100 },
    "store.adopted.retention ttlMs": { kind: "ttl", ttlMs: 60_000 },
    "store.adopted.limits maxTotalBytes": { kind: "maxTotalBytes", limit: 5000 },
    "store.adopted.limits maxObjectBytes": { kind: "maxValueBytes", limit: 100 },
    "store.removed ": { kind: "all" },
  };
  for (const [text, question] of Object.entries(expected)) {
    const [code = "", member = ""] = text.split(" ");
    const [inquiry] = questionsOf(
      [change(code, `/resources/store/files${member && `/${member}`}`)],
      { needs: needs(), bucketOf },
    );
    assertEquals(inquiry?.target, { kind: "store", name: "store_files" }, text);
    assertEquals(inquiry?.question, question, text);
  }
});

Deno.test("nothing is asked where nothing is at stake", () => {
  assertEquals(
    ask(
      change("kv.renamed", "/resources/kv/orders"),
      change("kv.history.increased", "/resources/kv/orders/history", "safe"),
      change("schema.annotated", "/resources/kv/orders/schema", "safe"),
      change("schema.required.added", "/surfaces/rpc.v1.Orders.Get/schemas/input"),
      change("schema.required.added", "/resources/kv/orders/schemata"),
      change("store.renamed", "/resources/store/files"),
      change("store.ttl.reduced", "/resources/store/unknown/ttlMs"),
      change("kv.history.reduced", "/resources/kv/unknown/history"),
      change("kv.history.reduced", "/resources/kv/toString/history"),
      change("kv.removed", "not a pointer"),
    ).filter((question) => question !== undefined),
    [],
  );
  const removed = [change("kv.removed", "/resources/kv/orders")];
  assertEquals(questionsOf(removed, { needs: needs(), bucketOf: () => undefined }), []);
});

Deno.test("all changes of one schema share one question", () => {
  const inquiries = questionsOf(
    [
      change("schema.required.added", "/resources/kv/orders/schema/properties/id"),
      change("kv.history.reduced", "/resources/kv/orders/history"),
      change("schema.type.narrowed", "/resources/kv/orders/schema"),
      change("schema.unproved", "/resources/kv/a~1b/schema"),
    ],
    { needs: needs(), bucketOf },
  );
  assertEquals(inquiries.map(({ target }) => target.kind === "kv" && target.name), [
    "kv_orders",
    "kv_orders",
    "kv_orders",
    "kv_a_b",
  ]);
  assert(inquiries[0]?.question === inquiries[2]?.question);
  assert(inquiries[0]?.question !== inquiries[3]?.question);
});

Deno.test("changes carry what they mean for the data, after one pass over each bucket", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const orders = await RawRevisions.create(connection, "kv_orders", { history: 3 });
  for (const value of ["1", "2", `"three"`]) await orders.put("k", value);
  await (await RawRevisions.create(connection, "kv_fits")).put("k", "1");
  await (await RawRevisions.create(connection, "kv_differs")).put("k", "{}");
  const nats = new NatsBucketScanner(connection, await managerOf(connection));
  const passes: string[] = [];
  const scanner: BucketScanner = {
    scan: (bucket, ...rest) => {
      passes.push(`${bucket}: ${rest[0].map(({ kind }) => kind)}`);
      return nats.scan(bucket, ...rest);
    },
    scanStore: nats.scanStore.bind(nats),
    scanState: nats.scanState.bind(nats),
    scanEvent: nats.scanEvent.bind(nats),
    scanGroup: nats.scanGroup.bind(nats),
    scanQueue: nats.scanQueue.bind(nats),
    scanTransfer: nats.scanTransfer.bind(nats),
    scanProjection: nats.scanProjection.bind(nats),
  };
  const changes = [
    change("kv.history.reduced", "/resources/kv/orders/history"),
    change("kv.purpose.changed", "/resources/kv/orders/purpose", "safe"),
    change("schema.type.narrowed", "/resources/kv/orders/schema"),
    change("schema.range.narrowed", "/resources/kv/orders/schema/maximum"),
    change("kv.adopted.schema", "/resources/kv/fits/schema"),
    change("kv.adopted", "/resources/kv/fits"),
    change("kv.adopted.schema", "/resources/kv/differs/schema"),
    change("kv.adopted.schema", "/resources/kv/absent/schema"),
    change("schema.property.reused", "/resources/kv/fits/schema/properties/w"),
    change("schema.property.reused", "/resources/kv/differs/schema/properties/w"),
    change("schema.type.narrowed", "/resources/kv/fits/schema/type"),
  ];
  const kv = { orders: KV, fits: KV, differs: KV, absent: KV };
  const request = { changes, needs: needs(kv), bucketOf, scanner };
  const measured = await measureImpact(request);
  assertEquals(measured.problems, []);
  assertEquals(passes, [
    "kv_orders: history,schema",
    "kv_fits: schema",
    "kv_differs: schema",
    "kv_absent: schema",
  ]);
  assertEquals(
    measured.changes.map(({ code, path, impact }) => [code, path, impact?.revisions]),
    [
      ["kv.history.reduced", "/resources/kv/orders/history", 1],
      ["kv.purpose.changed", "/resources/kv/orders/purpose", undefined],
      ["schema.type.narrowed", "/resources/kv/orders/schema", 1],
      ["schema.range.narrowed", "/resources/kv/orders/schema/maximum", 1],
      ["kv.adopted", "/resources/kv/fits", undefined],
      ["kv.adopted.schema", "/resources/kv/differs/schema", 1],
      ["kv.adopted.schema", "/resources/kv/absent/schema", undefined],
      ["schema.property.reused", "/resources/kv/differs/schema/properties/w", 1],
      ["schema.type.narrowed", "/resources/kv/fits/schema/type", 0],
    ],
  );
  // Nobody has looked at everything, so nobody knows.
  const hurried = await measureImpact({ ...request, options: { timeLimitMs: 0 } });
  assertEquals(hurried.changes.length, changes.length);
});

Deno.test("a scan that fails is reported in a sentence, and its changes stay", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  await RawRevisions.create(connection, "kv_orders");
  const scanner = new NatsBucketScanner(connection, await managerOf(connection));
  await connection.close();
  const changes = [
    change("kv.history.reduced", "/resources/kv/orders/history"),
    change("kv.adopted.schema", "/resources/kv/orders/schema"),
  ];
  const measured = await measureImpact({ changes, needs: needs(), bucketOf, scanner });
  assertEquals(measured.changes, changes);
  assertEquals(measured.problems.length, 1);
  assert(measured.problems[0]?.includes("kv_orders"), measured.problems[0]);
});
