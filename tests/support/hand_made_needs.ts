import { digestJson } from "../../contracts/json/digest.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { AdoptableBucket } from "../../reconcile/diff/diff_context.ts";
import type { KvNeed, Needs, StoreNeed, SurfaceNeed } from "../../reconcile/needs/need_types.ts";

/** What a test says of needs; the rest is empty. */
export interface NeedsPatch extends Partial<Omit<Needs, "digest" | "resources">> {
  readonly kv?: Readonly<Record<string, KvNeed>>;
  readonly store?: Readonly<Record<string, StoreNeed>>;
}

/** Needs without a contract behind them; their digest is that of what they say. */
export function handMade({ kv = {}, store = {}, ...patch }: NeedsPatch): Needs {
  return {
    contract: "orders@v1",
    kind: "service",
    digest: digestJson({ ...patch, kv, store }),
    contracts: {},
    surfaces: {},
    capabilities: {},
    ...patch,
    resources: { kv, store },
  };
}

/** A KV need with every default filled in. */
export function kvNeed(need: Partial<KvNeed> = {}): KvNeed {
  const defaults = { history: 1, ttlMs: 0, maxValueBytes: 0, required: true, purpose: "p" };
  return { schema: { type: "string" }, ...defaults, ...need };
}

/** A store need with every default filled in. */
export function storeNeed(need: Partial<StoreNeed> = {}): StoreNeed {
  return { ttlMs: 0, maxTotalBytes: 0, maxObjectBytes: 0, required: true, purpose: "p", ...need };
}

/** An RPC that takes and answers anything. */
export function rpcNeed(need: Partial<SurfaceNeed> = {}): SurfaceNeed {
  return {
    kind: "rpc",
    name: "A.Get",
    schemas: { input: true, output: true },
    errors: [],
    errorData: {},
    capabilities: {},
    ...need,
  };
}

/** An operation that takes and answers anything. */
export function operationNeed(need: Partial<SurfaceNeed> = {}): SurfaceNeed {
  return rpcNeed({ kind: "operations", name: "A.Do", cancel: false, signals: {}, ...need });
}

/** An event of one schema. */
export function eventNeed(
  event: JsonObject | boolean = true,
  need: Partial<SurfaceNeed> = {},
): SurfaceNeed {
  return rpcNeed({ kind: "events", name: "A.Done", schemas: { event }, params: [], ...need });
}

/** A bucket of nobody's, without limits. */
export function foreignBucket(bucket: Partial<AdoptableBucket> = {}): AdoptableBucket {
  return {
    name: "svc_orders_a",
    owner: undefined,
    values: 0,
    bytes: 0,
    created: "",
    settings: { history: 1, ttlMs: 0, maxValueBytes: 0 },
    ...bucket,
  };
}
