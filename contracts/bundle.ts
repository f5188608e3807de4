import { canonicalJson } from "./canonical_json.ts";
import { isRecord } from "./json.ts";
import type { ContractManifest } from "./manifest.ts";

/** The format identifier of a bundle. */
export const BUNDLE_FORMAT = "trellis.bundle.v1";

/** One contract of a bundle. */
export interface BundledContract {
  readonly id: string;
  readonly digest: string;
  /** Source file, relative to the project. */
  readonly file: string;
  readonly manifest: ContractManifest;
}

/** Every contract of a project, sorted by id. */
export interface Bundle {
  readonly format: typeof BUNDLE_FORMAT;
  readonly contracts: readonly BundledContract[];
}

/** Bundles discovered contracts. */
export function buildBundle(contracts: readonly BundledContract[]): Bundle {
  const sorted = [...contracts].sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return {
    format: BUNDLE_FORMAT,
    contracts: sorted.map(({ id, digest, file, manifest }) => ({ id, digest, file, manifest })),
  };
}

/** The canonical text of a bundle: the same contracts give the same bytes. */
export function bundleText(bundle: Bundle): string {
  return canonicalJson(bundle) + "\n";
}

/** Reads a bundle; undefined when it is not one. */
export function parseBundle(value: unknown): Bundle | undefined {
  const ok = isRecord(value) && value.format === BUNDLE_FORMAT && Array.isArray(value.contracts);
  return ok ? value as object as Bundle : undefined;
}
