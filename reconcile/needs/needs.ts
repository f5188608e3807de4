import type { JsonObject } from "../../contracts/json/json.ts";
import type {
  ConsumedEvents,
  ContractManifest,
  ManifestKv,
} from "../../contracts/manifest/manifest.ts";
import { DEFAULT_PAYLOAD_VERSION, DEFAULT_STATE_VERSION } from "../../contracts/manifest/names.ts";
import { SURFACE_KINDS } from "../../contracts/manifest/sections.ts";
import { unknownMembers } from "../../contracts/manifest/unknown_members.ts";
import type { ByKey, KvNeed, Needs, UseNeed } from "./need_types.ts";
import { limitsOf } from "../resources/settings.ts";
import { surfacesOf } from "./surface_needs.ts";

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
        ...limitsOf("kv", kv),
        required: kv.required ?? true,
        purpose: kv.purpose,
        ...renamed(kv),
        ...eventsOf(manifest, kv),
      })),
      store: mapValues(manifest.resources?.store, (store) => ({
        ...limitsOf("store", store),
        required: store.required ?? true,
        purpose: store.purpose,
        ...renamed(store),
      })),
    },
    state: mapValues(manifest.state, (state) => ({
      kind: state.kind,
      stateVersion: state.stateVersion ?? DEFAULT_STATE_VERSION,
      schema: schema(state.schema.schema),
      acceptedVersions: mapValues(state.acceptedVersions, (ref) => schema(ref.schema)),
    })),
    jobs: mapValues(
      manifest.jobs,
      ({ payload, payloadVersion, acceptedVersions, result, docs: _, ...settings }) => ({
        payload: schema(payload.schema),
        payloadVersion: payloadVersion ?? DEFAULT_PAYLOAD_VERSION,
        acceptedVersions: mapValues(acceptedVersions, (ref) => schema(ref.schema)),
        ...(result === undefined ? {} : { result: schema(result.schema) }),
        // The manifest check lets nothing but JSON into a queue's settings.
        settings: settings as JsonObject,
      }),
    ),
    consumers: mapValues(
      manifest.eventConsumers,
      ({ uses, self, renamedFrom, docs: _, ...settings }) => ({
        ...consumed(manifest, { uses, self }),
        ...renamed({ renamedFrom }),
        settings,
      }),
    ),
  };
}

/** What a bucket has to do with events; nothing for most. */
function eventsOf(
  manifest: ContractManifest,
  { projection, changes, outbox }: ManifestKv,
): Pick<KvNeed, "projection" | "changes" | "outbox"> {
  const { key, version } = projection ?? {};
  return {
    ...(projection === undefined || key === undefined ? {} : {
      projection: {
        ...consumed(manifest, projection),
        key,
        ...(version === undefined ? {} : { version }),
      },
    }),
    ...(changes === undefined ? {} : { changes }),
    ...(outbox === true ? { outbox } : {}),
  };
}

function consumed(manifest: ContractManifest, { uses = {}, self = [] }: ConsumedEvents) {
  const used = Object.entries(uses)
    .flatMap(([alias, names]) => names.map((name) => `uses.${alias}:${name}`));
  const events = [...new Set([...used, ...self.map((name) => `self:${name}`)])].sort();
  const { required, optional } = manifest.uses ?? {};
  const contracts = Object.keys(uses).sort().flatMap((alias) => {
    const use = [required, optional].find((group) => Object.hasOwn(group ?? {}, alias))?.[alias];
    return use === undefined ? [] : [[alias, use.contract] as const];
  });
  return contracts.length === 0 ? { events } : { events, contracts: Object.fromEntries(contracts) };
}

function usesOf(manifest: ContractManifest): Record<string, UseNeed> {
  const uses: Record<string, UseNeed> = {};
  for (const need of ["required", "optional"] as const) {
    for (const use of Object.values(manifest.uses?.[need] ?? {})) {
      const selections = SURFACE_KINDS.flatMap((kind) =>
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

function renamed({ renamedFrom }: { readonly renamedFrom?: string | undefined }) {
  return renamedFrom === undefined ? {} : { renamedFrom };
}

/** Changes every value of a map that may be absent. */
export function mapValues<V, U>(
  map: ByKey<V> | undefined,
  change: (value: V) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, change(value)]));
}
