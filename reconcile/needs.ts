import type { JsonObject } from "../contracts/json.ts";
import type { ContractKind, ContractManifest } from "../contracts/manifest.ts";

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
}

/** What is used of another contract. */
export interface UseNeed {
  readonly required: boolean;
  /** `rpc.call:Orders.Get`, sorted. */
  readonly selections: readonly string[];
}

type ByKey<T> = Readonly<Record<string, T>>;

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
  readonly capabilities: ByKey<{ readonly displayName: string; readonly description: string }>;
  readonly resources: { readonly kv: ByKey<KvNeed>; readonly store: ByKey<StoreNeed> };
}

/** Reads what a contract asks for out of its manifest. */
export function needsOf(manifest: ContractManifest, digest: string): Needs {
  const schema = (name: string): JsonObject | boolean => manifest.schemas?.[name] ?? true;
  return {
    contract: manifest.id,
    kind: manifest.kind,
    digest,
    contracts: usesOf(manifest),
    surfaces: surfacesOf(manifest, schema),
    capabilities: mapValues(manifest.capabilities, ({ displayName, description }) => ({
      displayName,
      description,
    })),
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
  };
}

function surfacesOf(
  manifest: ContractManifest,
  schema: (name: string) => JsonObject | boolean,
): Record<string, SurfaceNeed> {
  const surfaces: Record<string, SurfaceNeed> = {};
  for (const kind of ["rpc", "operations", "events", "feeds"] as const) {
    for (const [name, surface] of Object.entries(manifest[kind] ?? {})) {
      const schemas: Record<string, JsonObject | boolean> = {};
      for (const member of ["input", "progress", "output", "event"] as const) {
        const reference: unknown = Reflect.get(surface, member);
        if (isSchemaRef(reference)) schemas[member] = schema(reference.schema);
      }
      surfaces[surface.subject] = {
        kind,
        name,
        schemas,
        errors: errorTypes(surface),
        capabilities: mapValues<readonly string[], string[]>(
          surface.capabilities as ByKey<readonly string[]> | undefined,
          (keys) => [...new Set(keys)].sort(),
        ),
      };
    }
  }
  return surfaces;
}

function errorTypes(surface: { errors?: readonly { readonly type: string }[] }): string[] {
  return [...new Set((surface.errors ?? []).map((error) => error.type))].sort();
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

function mapValues<V, U>(map: ByKey<V> | undefined, change: (value: V) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, change(value)]));
}

function isSchemaRef(value: unknown): value is { schema: string } {
  return typeof value === "object" && value !== null && "schema" in value &&
    typeof value.schema === "string";
}
