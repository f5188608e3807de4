import type { JsonObject } from "../../contracts/json/json.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { SURFACE_KINDS } from "../../contracts/manifest/sections.ts";
import type { ByKey, SurfaceNeed } from "./need_types.ts";

type SchemaByName = (name: string) => JsonObject | boolean;

/** Reads the surfaces of a manifest, by subject, with everything that callers depend on. */
export function surfacesOf(
  manifest: ContractManifest,
  schema: SchemaByName,
): Record<string, SurfaceNeed> {
  const surfaces: Record<string, SurfaceNeed> = {};
  for (const kind of SURFACE_KINDS) {
    for (const [name, surface] of Object.entries(manifest[kind] ?? {})) {
      surfaces[surface.subject] = {
        kind,
        name,
        schemas: schemasOf(surface, schema),
        capabilities: capabilitiesOf(surface.capabilities),
        ...errorsOf(surface, manifest, schema),
        ...operationOf(surface, kind, schema),
        ...(kind === "operations" ? workOf(manifest, name) : {}),
        ...(kind === "events" ? eventOf(manifest, name) : {}),
        ...(kind === "rpc" || kind === "operations" ? transferOf(manifest[kind]?.[name]) : {}),
      };
    }
  }
  return surfaces;
}

function eventOf(manifest: ContractManifest, name: string): Pick<SurfaceNeed, "params" | "keep"> {
  const { params = [], keep } = manifest.events?.[name] ?? {};
  return keep === undefined ? { params } : { params, keep };
}

function transferOf(
  { transfer }: Pick<SurfaceNeed, "transfer"> = {},
): Pick<SurfaceNeed, "transfer"> {
  return transfer === undefined ? {} : { transfer };
}

function workOf(manifest: ContractManifest, name: string): Pick<SurfaceNeed, "work"> {
  const work = manifest.operations?.[name]?.work;
  // The manifest check lets nothing but JSON into it.
  return work === undefined ? {} : { work: work as JsonObject };
}

function schemasOf(surface: object, schema: SchemaByName): Record<string, JsonObject | boolean> {
  const schemas: Record<string, JsonObject | boolean> = {};
  for (const member of ["input", "progress", "output", "event"] as const) {
    const reference: unknown = Reflect.get(surface, member);
    if (isSchemaRef(reference)) schemas[member] = schema(reference.schema);
  }
  return schemas;
}

function errorsOf(
  surface: { errors?: readonly { readonly type: string }[] },
  manifest: ContractManifest,
  schema: SchemaByName,
): Pick<SurfaceNeed, "errors" | "errorData"> {
  const errors = [...new Set((surface.errors ?? []).map(({ type }) => type))].sort();
  const errorData = Object.fromEntries(errors.map((type) => {
    const reference = manifest.errors?.[type]?.schema;
    return [type, reference === undefined ? true : schema(reference.schema)];
  }));
  return { errors, errorData };
}

function operationOf(
  surface: {
    cancel?: boolean;
    signals?: ByKey<{ readonly input: { readonly schema: string } }>;
  },
  kind: string,
  schema: SchemaByName,
): Pick<SurfaceNeed, "cancel" | "signals"> {
  if (kind !== "operations") return {};
  const signals = Object.entries(surface.signals ?? {})
    .map(([name, { input }]) => [name, schema(input.schema)] as const);
  return { cancel: surface.cancel ?? false, signals: Object.fromEntries(signals) };
}

function capabilitiesOf(
  lists: Readonly<Record<string, readonly string[] | undefined>> | undefined,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(lists ?? {}).map(([action, keys]) => [action, [...new Set(keys)].sort()]),
  );
}

function isSchemaRef(value: unknown): value is { schema: string } {
  return typeof value === "object" && value !== null && "schema" in value &&
    typeof value.schema === "string";
}
