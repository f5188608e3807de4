import { isRecord, type JsonObject, type JsonValue } from "../../contracts/json/json.ts";
import type { ContractKind, ContractManifest } from "../../contracts/manifest/manifest.ts";
import { unknownMembers } from "../../contracts/manifest/unknown_members.ts";
import { surfacesOf } from "./surface_needs.ts";

/** A KV bucket that a contract asks for; defaults filled in, 0 means no limit. */
export interface KvNeed {
  readonly schema: JsonObject | boolean;
  readonly history: number;
  readonly ttlMs: number;
  readonly maxValueBytes: number;
  readonly required: boolean;
  readonly purpose: string;
  /** Alias that the same data had before. */
  readonly renamedFrom?: string;
}

/** A store that a contract asks for; defaults filled in, 0 means no limit. */
export interface StoreNeed {
  readonly ttlMs: number;
  readonly maxTotalBytes: number;
  readonly maxObjectBytes: number;
  readonly required: boolean;
  readonly purpose: string;
  /** Alias that the same data had before. */
  readonly renamedFrom?: string;
}

/** A surface that a contract serves, with everything that callers depend on. */
export interface SurfaceNeed {
  /** `rpc`, `operations`, `events` or `feeds`. */
  readonly kind: string;
  readonly name: string;
  readonly schemas: Readonly<Record<string, JsonObject | boolean>>;
  readonly errors: readonly string[];
  readonly capabilities: Readonly<Record<string, readonly string[]>>;
  // Records that were written before these members existed lack them.
  /** Schemas of the data of errors, by wire type. */
  readonly errorData?: Readonly<Record<string, JsonObject | boolean>>;
  /** Schemas of what may be sent to running work, by signal. */
  readonly signals?: Readonly<Record<string, JsonObject | boolean>>;
  /** Whether running work may be cancelled; operations only. */
  readonly cancel?: boolean;
  /** JSON pointers whose values become subject tokens; events only. */
  readonly params?: readonly string[];
}

/** What is used of another contract. */
export interface UseNeed {
  readonly required: boolean;
  /** `rpc.call:Orders.Get`, sorted. */
  readonly selections: readonly string[];
}

/** A capability that a contract defines. */
export interface CapabilityNeed {
  readonly displayName: string;
  readonly description: string;
  /** What granting it may lead to. */
  readonly consequence?: string;
}

/** State that a contract keeps for each user or device. */
export interface StateNeed {
  /** `value` or `map`. */
  readonly kind: string;
  readonly stateVersion: string;
  readonly schema: JsonObject | boolean;
  /** Schemas of older versions that can still be read, by version. */
  readonly acceptedVersions: Readonly<Record<string, JsonObject | boolean>>;
}

/** A private work queue. */
export interface JobNeed {
  readonly payload: JsonObject | boolean;
  readonly result?: JsonObject | boolean;
  /** Everything else that the queue declares. */
  readonly settings: JsonObject;
}

/** A durable group that consumes events. */
export interface ConsumerNeed {
  /** `uses.<alias>:<event>` and `self:<event>`, sorted. */
  readonly events: readonly string[];
  /** Everything else that the group declares. */
  readonly settings: JsonObject;
}

/** A map by name. */
export type ByKey<T> = Readonly<Record<string, T>>;

/** Everything that a contract asks of its deployment's authority. */
export interface Needs {
  readonly contract: string;
  readonly kind: ContractKind;
  readonly digest: string;
  /** Used contracts by id. */
  readonly contracts: ByKey<UseNeed>;
  /** Served surfaces by subject. */
  readonly surfaces: ByKey<SurfaceNeed>;
  /** Capabilities defined here, by global key. */
  readonly capabilities: ByKey<CapabilityNeed>;
  readonly resources: { readonly kv: ByKey<KvNeed>; readonly store: ByKey<StoreNeed> };
  // Records that were written before these members existed lack them.
  readonly state?: ByKey<StateNeed>;
  readonly jobs?: ByKey<JobNeed>;
  readonly consumers?: ByKey<ConsumerNeed>;
  /** What the manifest says that this version does not know, by JSON pointer; absent: nothing. */
  readonly unknown?: ByKey<JsonValue>;
}

/** Reads what a contract asks for out of its manifest. The same digest gives the same needs. */
export function needsOf(manifest: ContractManifest, digest: string): Needs {
  const schema = (name: string): JsonObject | boolean => manifest.schemas?.[name] ?? true;
  const unknown = unknownMembers(manifest);
  return {
    ...(unknown.size === 0 ? {} : { unknown: Object.fromEntries(unknown) }),
    contract: manifest.id,
    kind: manifest.kind,
    digest,
    contracts: usesOf(manifest),
    surfaces: surfacesOf(manifest, schema),
    capabilities: mapValues(
      manifest.capabilities,
      ({ displayName, description, consequence }) =>
        consequence === undefined
          ? { displayName, description }
          : { displayName, description, consequence },
    ),
    resources: {
      kv: mapValues(manifest.resources?.kv, (kv) => ({
        schema: schema(kv.schema.schema),
        history: kv.history ?? 1,
        ttlMs: kv.ttlMs ?? 0,
        maxValueBytes: kv.maxValueBytes ?? 0,
        required: kv.required ?? true,
        purpose: kv.purpose,
        ...renamed(kv),
      })),
      store: mapValues(manifest.resources?.store, (store) => ({
        ttlMs: store.ttlMs ?? 0,
        maxTotalBytes: store.maxTotalBytes ?? 0,
        maxObjectBytes: store.maxObjectBytes ?? 0,
        required: store.required ?? true,
        purpose: store.purpose,
        ...renamed(store),
      })),
    },
    state: mapValues(manifest.state, (state) => ({
      kind: state.kind,
      stateVersion: state.stateVersion ?? "v1",
      schema: schema(state.schema.schema),
      acceptedVersions: mapValues(state.acceptedVersions, (ref) => schema(ref.schema)),
    })),
    jobs: mapValues(manifest.jobs, ({ payload, result, docs: _, ...settings }) => ({
      payload: schema(payload.schema),
      ...(result === undefined ? {} : { result: schema(result.schema) }),
      // The manifest check lets nothing but JSON into a queue's settings.
      settings: settings as JsonObject,
    })),
    consumers: mapValues(manifest.eventConsumers, ({ uses, self, docs: _, ...settings }) => ({
      events: consumedEvents(uses, self),
      settings,
    })),
  };
}

function consumedEvents(uses: JsonValue | undefined, self: JsonValue | undefined): string[] {
  const used = Object.entries(isRecord(uses) ? uses : {})
    .flatMap(([alias, names]) => texts(names).map((name) => `uses.${alias}:${name}`));
  return [...new Set([...used, ...texts(self).map((name) => `self:${name}`)])].sort();
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function usesOf(manifest: ContractManifest): Record<string, UseNeed> {
  const uses: Record<string, UseNeed> = {};
  for (const need of ["required", "optional"] as const) {
    for (const use of Object.values(manifest.uses?.[need] ?? {})) {
      const selections = (["rpc", "operations", "events", "feeds"] as const).flatMap((kind) =>
        Object.entries(use[kind] ?? {}).flatMap(([action, names]: [string, readonly string[]]) =>
          names.map((name) => `${kind}.${action}:${name}`)
        )
      );
      const before = uses[use.contract];
      uses[use.contract] = {
        required: need === "required" || before?.required === true,
        selections: [...new Set([...(before?.selections ?? []), ...selections])].sort(),
      };
    }
  }
  return uses;
}

function renamed({ renamedFrom }: { readonly renamedFrom?: string }) {
  return renamedFrom === undefined ? {} : { renamedFrom };
}

/** Changes every value of a map that may be absent. */
export function mapValues<V, U>(
  map: ByKey<V> | undefined,
  change: (value: V) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, change(value)]));
}
