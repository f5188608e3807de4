import { canonicalJson } from "../json/canonical_json.ts";
import { digestJson } from "../json/digest.ts";
import { isRecord } from "../json/json.ts";
import type { ContractManifest } from "./manifest.ts";
import { schemaUses } from "./schema_uses.ts";
import { isSurfaceKind, SECTION_NAMES } from "./sections.ts";

/**
 * The part of a manifest that has a meaning at run time, and therefore makes its digest: no words for
 * people, no exports, no `internal`, no unknown members of the top level, and only what is reachable.
 *
 * Lists of capabilities, of what is used, and of the errors of an RPC or a feed are sets: sorted, without repetition.
 * `uses`, `resources` and the capabilities of a surface are left out when nothing is in them at any
 * depth; every other section stays as soon as it is declared, even when it is empty.
 */
export function semanticProjection(manifest: ContractManifest): Readonly<Record<string, unknown>> {
  const projection: Record<string, unknown> = {
    format: manifest.format,
    id: manifest.id,
    kind: manifest.kind,
  };
  if (manifest.capabilities !== undefined) projection.capabilities = manifest.capabilities;
  if (!isEmpty(manifest.uses)) projection.uses = sortLists(manifest.uses);
  for (const section of SECTION_NAMES) {
    const value = manifest[section];
    if (value === undefined || (section === "resources" && isEmpty(value))) continue;
    projection[section] = projectSection(value, section);
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
  for (const surfaces of [manifest.rpc, manifest.operations, manifest.feeds]) {
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

/** The declarations of a section; schemas are not among them, and may have properties of any name. */
function projectSection(value: unknown, section: string): unknown {
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([name, declaration]) => {
    if (!isRecord(declaration)) return [name, declaration] as const;
    if (section === "resources") return [name, projectSection(declaration, "")] as const;
    const rest: Record<string, unknown> = { ...declaration };
    delete rest.docs;
    if (section === "rpc") delete rest.internal;
    if ((section === "rpc" || section === "feeds") && Array.isArray(rest.errors)) {
      rest.errors = sortErrors(rest.errors);
    }
    if (isRecord(rest.signals)) rest.signals = projectSection(rest.signals, "");
    if (isSurfaceKind(section)) {
      if (isEmpty(rest.capabilities)) delete rest.capabilities;
      else rest.capabilities = sortLists(rest.capabilities);
    }
    return [name, rest] as const;
  });
  return Object.fromEntries(members);
}

/** True when there is nothing in a value: no member and no item at any depth. */
function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === "object" && value !== null && Object.values(value).every(isEmpty);
}

function sortErrors(errors: readonly unknown[]): readonly unknown[] {
  const byText = new Map(errors.map((error) => [canonicalJson(error), error]));
  return [...byText.keys()].sort().map((text) => byText.get(text));
}

/** Lists of names as sets: sorted and without repetition. */
function sortLists(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string") ? [...new Set(value)].sort() : value;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sortLists(member)]));
}
