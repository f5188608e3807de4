import { digestJson } from "../json/digest.ts";
import { isRecord } from "../json/json.ts";
import type { ContractManifest } from "./manifest.ts";
import { schemaUses } from "./schema_uses.ts";
import { SECTION_NAMES } from "./sections.ts";

/**
 * The part of a manifest that has a meaning at run time, and therefore makes its digest: no words
 * for people, no exports, no unknown members, and only what is reachable.
 */
export function semanticProjection(manifest: ContractManifest): Readonly<Record<string, unknown>> {
  const projection: Record<string, unknown> = {
    format: manifest.format,
    id: manifest.id,
    kind: manifest.kind,
  };
  if (manifest.capabilities !== undefined) projection.capabilities = manifest.capabilities;
  if (manifest.uses !== undefined) projection.uses = sortLists(manifest.uses);
  for (const section of SECTION_NAMES) {
    const value = manifest[section];
    if (value !== undefined) projection[section] = withoutDocs(value, section);
  }
  const errors = declaredErrors(manifest);
  if (Object.keys(errors).length > 0) projection.errors = errors;
  const schemas = reachableSchemas({ ...manifest, errors });
  if (Object.keys(schemas).length > 0) projection.schemas = schemas;
  return projection;
}

/** The digest of a manifest: SHA-256 of the canonical JSON of its semantic projection. */
export function manifestDigest(manifest: ContractManifest): string {
  return digestJson(semanticProjection(manifest));
}

function declaredErrors(manifest: ContractManifest): NonNullable<ContractManifest["errors"]> {
  const named = new Set<string>();
  for (const surfaces of [manifest.rpc, manifest.operations]) {
    for (const surface of Object.values(surfaces ?? {})) {
      for (const error of surface.errors ?? []) named.add(error.type);
    }
  }
  return Object.fromEntries(
    Object.entries(manifest.errors ?? {}).filter(([type]) => named.has(type)),
  );
}

function reachableSchemas(manifest: ContractManifest): Readonly<Record<string, unknown>> {
  const reachable = new Set<string>();
  for (const { reference } of schemaUses(manifest)) {
    if (isRecord(reference) && typeof reference.schema === "string") {
      reachable.add(reference.schema);
    }
  }
  return Object.fromEntries(
    Object.entries(manifest.schemas ?? {}).filter(([name]) => reachable.has(name)),
  );
}

/** Drops `docs` of declarations; schemas are not among them, and may have properties of any name. */
function withoutDocs(value: unknown, section: string): unknown {
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([name, declaration]) => {
    if (!isRecord(declaration)) return [name, declaration] as const;
    if (section === "resources") return [name, withoutDocs(declaration, "")] as const;
    const rest: Record<string, unknown> = { ...declaration };
    delete rest.docs;
    if (isRecord(rest.signals)) rest.signals = withoutDocs(rest.signals, "");
    if (isRecord(rest.capabilities)) rest.capabilities = sortLists(rest.capabilities);
    return [name, rest] as const;
  });
  return Object.fromEntries(members);
}

/** Lists of names as sets: sorted and without repetition. */
function sortLists(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string") ? [...new Set(value)].sort() : value;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sortLists(member)]));
}
