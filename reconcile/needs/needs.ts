import { isRecord, type JsonObject, type JsonValue } from "../../contracts/json/json.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { DEFAULT_STATE_VERSION } from "../../contracts/manifest/names.ts";
import { SURFACE_KINDS } from "../../contracts/manifest/sections.ts";
import { unknownMembers } from "../../contracts/manifest/unknown_members.ts";
import type { ByKey, Needs, UseNeed } from "./need_types.ts";
import { settingsOf } from "../resources/settings.ts";
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
        ...settingsOf("kv", kv),
        required: kv.required ?? true,
        purpose: kv.purpose,
        ...renamed(kv),
      })),
      store: mapValues(manifest.resources?.store, (store) => ({
        ...settingsOf("store", store),
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
