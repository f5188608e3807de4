/**
 * For every code of a change, two needs of which the second changes the first in just that way.
 *
 * @module
 */
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { ChangeCode, CodesOf } from "../../../reconcile/changes/change_code.ts";
import type { DiffContext } from "../../../reconcile/diff/diff_context.ts";
import type { Needs, SurfaceNeed } from "../../../reconcile/needs/need_types.ts";
import {
  eventNeed,
  foreignBucket,
  handMade,
  kvNeed,
  type NeedsPatch,
  operationNeed,
  rpcNeed,
  storeNeed,
} from "../hand_made_needs.ts";
import { TRANSFER_SAMPLES } from "./transfer_samples.ts";

/** One change and what it is made from. */
export interface ChangeSample {
  readonly before: Needs | undefined;
  readonly after: Needs;
  readonly context?: DiffContext;
  /** Where the change is. */
  readonly path: string;
  /** Codes that come along with it, in any order. */
  readonly beside?: readonly ChangeCode[];
}

function sample(
  path: string,
  before: NeedsPatch,
  after: NeedsPatch,
  more: Pick<ChangeSample, "context" | "beside"> = {},
): ChangeSample {
  return { before: handMade(before), after: handMade(after), path, ...more };
}

/** A projection of an event of another contract. */
const FOLDED = { events: ["uses.b:B.Done"], contracts: { b: "b@v1" }, key: "/id" };

/** A KV bucket that changes. */
export function kv(
  path: string,
  before: Parameters<typeof kvNeed>[0],
  after: Parameters<typeof kvNeed>[0],
): ChangeSample {
  return sample(`/resources/kv/a/${path}`, { kv: { a: kvNeed(before) } }, {
    kv: { a: kvNeed(after) },
  });
}

function store(
  path: string,
  before: Parameters<typeof storeNeed>[0],
  after: Parameters<typeof storeNeed>[0],
): ChangeSample {
  return sample(`/resources/store/a/${path}`, { store: { a: storeNeed(before) } }, {
    store: { a: storeNeed(after) },
  });
}

const RPC = "rpc.v1.A.Get";
const OPERATION = "operations.v1.A.Do";

/** A surface that changes. */
export function surface(
  path: string,
  before: SurfaceNeed,
  after: SurfaceNeed,
  subject = RPC,
): ChangeSample {
  return sample(`/surfaces/${subject}/${path}`, { surfaces: { [subject]: before } }, {
    surfaces: { [subject]: after },
  });
}

function operation(
  path: string,
  before: Partial<SurfaceNeed>,
  after: Partial<SurfaceNeed>,
): ChangeSample {
  return surface(path, operationNeed(before), operationNeed(after), OPERATION);
}

const adopted = (bucket: Parameters<typeof foreignBucket>[0], kind = "kv"): DiffContext => ({
  existing: new Map([[`${kind}/a`, foreignBucket(bucket)]]),
});

const kept = (bucket: Parameters<typeof foreignBucket>[0], resource = "kv/a"): DiffContext => ({
  existing: new Map([[resource, { ...foreignBucket(bucket), kept: true }]]),
});

const use = (required: boolean, ...selections: string[]) => ({
  contracts: { "b@v1": { required, selections } },
});
const capability = (words: { description?: string; consequence?: string } = {}) => ({
  capabilities: { "orders::read": { displayName: "Read", description: "d", ...words } },
});
const state = (
  stateVersion: string,
  acceptedVersions: Readonly<Record<string, boolean>> = {},
  kind = "value",
): NeedsPatch => ({ state: { s: { kind, stateVersion, schema: true, acceptedVersions } } });
const job = (settings: JsonObject): NeedsPatch => ({ jobs: { j: { payload: true, settings } } });

const versioned = (payloadVersion: string, ...accepted: readonly string[]): NeedsPatch => ({
  jobs: {
    j: {
      payload: true,
      payloadVersion,
      acceptedVersions: Object.fromEntries(accepted.map((version) => [version, true])),
      settings: {},
    },
  },
});

const worked = (work: JsonObject): NeedsPatch => ({
  surfaces: {
    "operations.v1.A.Run": {
      kind: "operations",
      name: "A.Run",
      schemas: { input: true, output: true },
      errors: [],
      capabilities: {},
      cancel: false,
      signals: {},
      work,
    },
  },
});
const consumer = (events: readonly string[], settings: JsonObject = {}): NeedsPatch => ({
  consumers: { c: { events, settings } },
});

/** Codes that a comparison of needs does not make: a decision does. */
export const NOT_FROM_A_COMPARISON = [
  "kv.data.deleted",
  "store.data.deleted",
] as const satisfies readonly ChangeCode[];

type Samples<Code extends ChangeCode> = Readonly<Record<Code, ChangeSample>>;

/** Samples of everything but schemas. */
export const CHANGE_SAMPLES: Samples<
  | Exclude<ChangeCode, CodesOf<"schema" | "output"> | typeof NOT_FROM_A_COMPARISON[number]>
  | CodesOf<"schema.property">
> = {
  "contract.added": { before: undefined, after: handMade({}), path: "/contract" },
  "contract.replaced": sample("/contract", {}, { contract: "b@v1" }),
  "contract.unknown": sample("/rpc/A.Get/idempotent", {}, {
    unknown: { "/rpc/A.Get/idempotent": true },
  }),
  "contract.kind.changed": sample("/kind", {}, { kind: "app" }),

  "uses.added": sample("/contracts/b@v1", {}, use(true, "rpc.call:B.Get")),
  "uses.removed": sample("/contracts/b@v1", use(true, "rpc.call:B.Get"), {}),
  "uses.required.changed": sample("/contracts/b@v1/required", use(true), use(false)),
  "uses.selection.added": sample(
    "/contracts/b@v1/selections/rpc.call:B.Get",
    use(true),
    use(true, "rpc.call:B.Get"),
  ),
  "uses.selection.removed": sample(
    "/contracts/b@v1/selections/rpc.call:B.Get",
    use(true, "rpc.call:B.Get"),
    use(true),
  ),

  "surface.added": sample(`/surfaces/${RPC}`, {}, { surfaces: { [RPC]: rpcNeed() } }),
  "surface.removed": sample(`/surfaces/${RPC}`, { surfaces: { [RPC]: rpcNeed() } }, {}),
  "surface.subject.changed": sample("/surfaces/rpc.v2.A.Get", {
    surfaces: { [RPC]: rpcNeed() },
  }, { surfaces: { "rpc.v2.A.Get": rpcNeed() } }),
  "surface.params.changed": sample("/surfaces/events.v1.A.Done.{~1id}", {
    surfaces: { "events.v1.A.Done": eventNeed() },
  }, { surfaces: { "events.v1.A.Done.{/id}": eventNeed(true, { params: ["/id"] }) } }),
  "surface.error.added": surface(
    "errors/Gone",
    rpcNeed(),
    rpcNeed({ errors: ["Gone"], errorData: { Gone: true } }),
  ),
  "surface.error.removed": surface(
    "errors/Gone",
    rpcNeed({ errors: ["Gone"], errorData: { Gone: true } }),
    rpcNeed(),
  ),
  "surface.capability.added": surface(
    "capabilities/call/a::read",
    rpcNeed(),
    rpcNeed({ capabilities: { call: ["a::read"] } }),
  ),
  "surface.capability.removed": surface(
    "capabilities/call/a::read",
    rpcNeed({ capabilities: { call: ["a::read"] } }),
    rpcNeed(),
  ),
  "surface.progress.added": operation("schemas/progress", {}, {
    schemas: { input: true, output: true, progress: true },
  }),
  "surface.progress.removed": operation("schemas/progress", {
    schemas: { input: true, output: true, progress: true },
  }, {}),
  "surface.cancel.added": operation("cancel", {}, { cancel: true }),
  "surface.cancel.removed": operation("cancel", { cancel: true }, {}),
  "surface.signal.added": operation("signals/pause", {}, { signals: { pause: true } }),
  "surface.signal.removed": operation("signals/pause", { signals: { pause: true } }, {}),

  ...TRANSFER_SAMPLES,

  "capability.added": sample("/capabilities/orders::read", {}, capability()),
  "capability.removed": sample("/capabilities/orders::read", capability(), {}),
  "capability.changed": sample(
    "/capabilities/orders::read/description",
    capability(),
    capability({ description: "other" }),
  ),
  "capability.consequence.changed": sample(
    "/capabilities/orders::read/consequence",
    capability({ consequence: "sees names" }),
    capability({ consequence: "sees names and addresses" }),
  ),

  "kv.added": sample("/resources/kv/a", {}, { kv: { a: kvNeed() } }),
  "kv.reattached": sample("/resources/kv/a", {}, { kv: { a: kvNeed({ schema: true }) } }, {
    context: kept({ values: 3, bytes: 30 }),
  }),
  "kv.reattached.schema": sample("/resources/kv/a/schema", {}, {
    kv: { a: kvNeed({ history: 2, ttlMs: 1000 }) },
  }, {
    context: kept({ values: 3, settings: { history: 0, ttlMs: 2000, maxValueBytes: 5 } }),
    beside: ["kv.reattached", "kv.history.reduced", "kv.ttl.reduced", "kv.maxValueBytes.removed"],
  }),
  "kv.removed": sample("/resources/kv/a", { kv: { a: kvNeed() } }, {}),
  "kv.renamed": sample("/resources/kv/b", { kv: { a: kvNeed() } }, {
    kv: { b: kvNeed({ renamedFrom: "a" }) },
  }),
  "kv.renamed.retired": sample("/resources/kv/b", {}, {
    kv: { b: kvNeed({ renamedFrom: "a" }) },
  }, { context: kept({ values: 3 }) }),
  "kv.history.increased": kv("history", { history: 1 }, { history: 5 }),
  "kv.history.reduced": kv("history", { history: 5 }, { history: 1 }),
  "kv.ttl.added": kv("ttlMs", { ttlMs: 0 }, { ttlMs: 1000 }),
  "kv.ttl.increased": kv("ttlMs", { ttlMs: 1000 }, { ttlMs: 2000 }),
  "kv.ttl.reduced": kv("ttlMs", { ttlMs: 2000 }, { ttlMs: 1000 }),
  "kv.ttl.removed": kv("ttlMs", { ttlMs: 1000 }, { ttlMs: 0 }),
  "kv.maxValueBytes.added": kv("maxValueBytes", {}, { maxValueBytes: 10 }),
  "kv.maxValueBytes.increased": kv("maxValueBytes", { maxValueBytes: 10 }, { maxValueBytes: 20 }),
  "kv.maxValueBytes.reduced": kv("maxValueBytes", { maxValueBytes: 20 }, { maxValueBytes: 10 }),
  "kv.maxValueBytes.removed": kv("maxValueBytes", { maxValueBytes: 20 }, {}),
  "kv.purpose.changed": kv("purpose", { purpose: "a" }, { purpose: "b" }),
  "kv.required.changed": kv("required", { required: true }, { required: false }),
  "kv.outbox.added": kv("outbox", {}, { outbox: true }),
  "kv.outbox.removed": kv("outbox", { outbox: true }, {}),
  "kv.changes.added": kv("changes", {}, { changes: { event: "A.Done" } }),
  "kv.changes.changed": kv("changes", { changes: { event: "A.Done" } }, {
    changes: { event: "A.Done", deleted: "A.Gone" },
  }),
  "kv.changes.removed": kv("changes", { changes: { event: "A.Done" } }, {}),
  "kv.projection.added": kv("projection", {}, { projection: FOLDED }),
  "kv.projection.removed": kv("projection", { projection: FOLDED }, {}),
  "kv.projection.rebuild": kv("projection", { projection: FOLDED, schema: true }, {
    projection: FOLDED,
  }),
  "kv.projection.incomplete": sample(
    "/resources/kv/a/projection",
    { kv: { a: kvNeed({ projection: FOLDED, schema: true }) } },
    { kv: { a: kvNeed({ projection: FOLDED }) } },
    { context: { lostBefore: "2026-01-01T00:00:00Z" }, beside: ["kv.projection.rebuild"] },
  ),
  "kv.adopted": sample("/resources/kv/a", {}, { kv: { a: kvNeed() } }, { context: adopted({}) }),
  "kv.adopted.retention": sample("/resources/kv/a/ttlMs", {}, {
    kv: { a: kvNeed({ ttlMs: 1000 }) },
  }, { context: adopted({}), beside: ["kv.adopted"] }),
  "kv.adopted.limits": sample("/resources/kv/a/maxValueBytes", {}, {
    kv: { a: kvNeed({ maxValueBytes: 10 }) },
  }, { context: adopted({}), beside: ["kv.adopted"] }),
  "kv.adopted.schema": sample("/resources/kv/a/schema", {}, { kv: { a: kvNeed() } }, {
    context: adopted({ values: 3, bytes: 30 }),
    beside: ["kv.adopted"],
  }),

  "schema.property.reused": sample(
    "/resources/kv/a/schema/properties/w",
    { kv: { a: kvNeed({ schema: { type: "object" } }) } },
    { kv: { a: kvNeed({ schema: { type: "object", properties: { w: { type: "integer" } } } }) } },
    { context: { earlier: [{ version: 1, needs: undefined }] }, beside: ["schema.widened"] },
  ),

  "schema.property.declared": sample(
    "/resources/kv/a/schema/properties/w",
    { kv: { a: kvNeed({ schema: { type: "object" } }) } },
    { kv: { a: kvNeed({ schema: { type: "object", properties: { w: { type: "integer" } } } }) } },
    { context: { stored: new Set(["kv/a"]) }, beside: ["schema.widened"] },
  ),

  "store.added": sample("/resources/store/a", {}, { store: { a: storeNeed() } }),
  "store.reattached": sample("/resources/store/a", {}, {
    store: { a: storeNeed({ ttlMs: 1000, maxTotalBytes: 2000 }) },
  }, {
    context: kept({ settings: { maxTotalBytes: 3000 } }, "store/a"),
    beside: ["store.ttl.added", "store.maxTotalBytes.reduced"],
  }),
  "store.removed": sample("/resources/store/a", { store: { a: storeNeed() } }, {}),
  "store.renamed": sample("/resources/store/b", { store: { a: storeNeed() } }, {
    store: { b: storeNeed({ renamedFrom: "a" }) },
  }),
  "store.renamed.retired": sample("/resources/store/b", {}, {
    store: { b: storeNeed({ renamedFrom: "a" }) },
  }, { context: kept({}, "store/a") }),
  "store.ttl.added": store("ttlMs", {}, { ttlMs: 1000 }),
  "store.ttl.increased": store("ttlMs", { ttlMs: 1000 }, { ttlMs: 2000 }),
  "store.ttl.reduced": store("ttlMs", { ttlMs: 2000 }, { ttlMs: 1000 }),
  "store.ttl.removed": store("ttlMs", { ttlMs: 1000 }, {}),
  "store.maxTotalBytes.added": store("maxTotalBytes", {}, { maxTotalBytes: 10 }),
  "store.maxTotalBytes.increased": store("maxTotalBytes", { maxTotalBytes: 10 }, {
    maxTotalBytes: 20,
  }),
  "store.maxTotalBytes.reduced": store("maxTotalBytes", { maxTotalBytes: 20 }, {
    maxTotalBytes: 10,
  }),
  "store.maxTotalBytes.removed": store("maxTotalBytes", { maxTotalBytes: 20 }, {}),
  "store.maxObjectBytes.added": store("maxObjectBytes", {}, { maxObjectBytes: 10 }),
  "store.maxObjectBytes.increased": store("maxObjectBytes", { maxObjectBytes: 10 }, {
    maxObjectBytes: 20,
  }),
  "store.maxObjectBytes.reduced": store("maxObjectBytes", { maxObjectBytes: 20 }, {
    maxObjectBytes: 10,
  }),
  "store.maxObjectBytes.removed": store("maxObjectBytes", { maxObjectBytes: 20 }, {}),
  "store.purpose.changed": store("purpose", { purpose: "a" }, { purpose: "b" }),
  "store.required.changed": store("required", { required: false }, { required: true }),
  "store.adopted": sample("/resources/store/a", {}, { store: { a: storeNeed() } }, {
    context: adopted({ settings: {} }, "store"),
  }),
  "store.adopted.retention": sample("/resources/store/a/ttlMs", {}, {
    store: { a: storeNeed({ ttlMs: 1000 }) },
  }, { context: adopted({ settings: { ttlMs: 2000 } }, "store"), beside: ["store.adopted"] }),
  "store.adopted.limits": sample("/resources/store/a/maxTotalBytes", {}, {
    store: { a: storeNeed({ maxTotalBytes: 1000 }) },
  }, { context: adopted({ settings: {} }, "store"), beside: ["store.adopted"] }),

  "state.added": sample("/state/s", {}, state("v1")),
  "state.reattached": sample("/state/s", {}, state("v1"), {
    context: { earlier: [{ version: 1, needs: handMade(state("v1")) }] },
  }),
  "state.removed": sample("/state/s", state("v1"), {}),
  "state.kind.changed": sample("/state/s/kind", state("v1"), state("v1", {}, "map")),
  "state.version.migrated": sample(
    "/state/s/stateVersion",
    state("v1"),
    state("v2", { v1: true }),
  ),
  "state.version.dropped": sample("/state/s/stateVersion", state("v1"), state("v2")),
  "state.version.reused": sample("/state/s/schema", {}, state("v1"), {
    context: { earlier: [{ version: 1, needs: undefined }] },
    beside: ["state.added"],
  }),
  "state.accepted.added": sample(
    "/state/s/acceptedVersions/v1",
    state("v2"),
    state("v2", { v1: true }),
  ),
  "state.accepted.removed": sample(
    "/state/s/acceptedVersions/v1",
    state("v2", { v1: true }),
    state("v2"),
  ),

  "job.added": sample("/jobs/j", {}, job({})),
  "job.removed": sample("/jobs/j", job({}), {}),
  "job.settings.changed": sample(
    "/jobs/j/settings/concurrency",
    job({ concurrency: 1 }),
    job({ concurrency: 2 }),
  ),
  "job.dlq.removed": sample("/jobs/j/settings/dlq", job({}), job({ dlq: false })),
  "job.schedules.changed": sample(
    "/jobs/j/settings/schedules",
    job({}),
    job({ schedules: { daily: { cron: "0 0 3 * * *", payload: {} } } }),
  ),
  "job.version.migrated": sample("/jobs/j/payloadVersion", versioned("v1"), versioned("v2", "v1")),
  "job.version.dropped": sample("/jobs/j/payloadVersion", versioned("v1"), versioned("v2")),
  "job.accepted.added": sample(
    "/jobs/j/acceptedVersions/v1",
    versioned("v2"),
    versioned("v2", "v1"),
  ),
  "job.accepted.removed": sample(
    "/jobs/j/acceptedVersions/v1",
    versioned("v2", "v1"),
    versioned("v2"),
  ),
  "job.tries.decreased": sample(
    "/jobs/j/settings/maxDeliver",
    job({}),
    job({ maxDeliver: 2 }),
  ),
  "job.key.changed": sample("/jobs/j/settings/unique", job({}), job({ unique: "/to" })),
  "operation.settings.changed": sample(
    "/surfaces/operations.v1.A.Run/work/concurrency",
    worked({}),
    worked({ concurrency: 2 }),
  ),
  "operation.tries.decreased": sample(
    "/surfaces/operations.v1.A.Run/work/maxDeliver",
    worked({ maxDeliver: 3 }),
    worked({ maxDeliver: 2 }),
  ),
  "operation.key.changed": sample(
    "/surfaces/operations.v1.A.Run/work/keyConcurrency",
    worked({ keyConcurrency: { key: "/a" } }),
    worked({ keyConcurrency: { key: "/b" } }),
  ),
  "consumer.added": sample("/consumers/c", {}, consumer(["self:A.Done"])),
  "consumer.removed": sample("/consumers/c", consumer(["self:A.Done"]), {}),
  "consumer.event.added": sample(
    "/consumers/c/events/self:A.Done",
    consumer([]),
    consumer(["self:A.Done"]),
  ),
  "consumer.event.removed": sample(
    "/consumers/c/events/self:A.Done",
    consumer(["self:A.Done"]),
    consumer([]),
  ),
  "consumer.settings.changed": sample(
    "/consumers/c/settings/maxDeliver",
    consumer([]),
    consumer([], { maxDeliver: 4 }),
  ),
  "consumer.ordering.changed": sample(
    "/consumers/c/settings/ordering",
    consumer([], { concurrency: 4 }),
    consumer([], { concurrency: 4, ordering: "key" }),
  ),
  "consumer.replay.changed": sample(
    "/consumers/c/settings/replay",
    consumer([]),
    consumer([], { replay: "all" }),
  ),
  "consumer.renamed": sample(
    "/consumers/d",
    consumer(["self:A.Done"]),
    { consumers: { d: { events: ["self:A.Done"], renamedFrom: "c", settings: {} } } },
  ),
};
