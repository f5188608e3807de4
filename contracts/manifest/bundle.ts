import { canonicalJson, NotCanonicalError } from "../json/canonical_json.ts";
import type { ContractManifest } from "./manifest.ts";
import { parseManifest } from "./manifest_check.ts";
import type { Mistake } from "./mistake.ts";
import { manifestDigest } from "./projection.ts";
import { err, ok, type Result } from "../result.ts";
import { Shape } from "./shape.ts";

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

/**
 * Reads a bundle from anywhere: the typed data, or every mistake in it. Digests are computed
 * again, and must agree.
 */
export function parseBundle(value: unknown): Result<Bundle, readonly Mistake[]> {
  const mistakes: Mistake[] = [];
  const root = new Shape(value, "", mistakes);
  if (!root.object()) return err(mistakes);
  root.member("format").oneOf([BUNDLE_FORMAT], false);
  const contracts: BundledContract[] = [];
  const list = root.member("contracts");
  if (list.absent) list.report("shape", "is missing", "use a list");
  for (const item of list.items()) {
    const contract = item.object() ? parseContract(item, mistakes) : undefined;
    if (contract === undefined) continue;
    const previous = contracts.at(-1);
    if (previous !== undefined && previous.id >= contract.id) {
      item.member("id").report("shape", `comes after ${previous.id}`, "sort by id, each id once");
    }
    contracts.push(contract);
  }
  return mistakes.length > 0 ? err(mistakes) : ok({ format: BUNDLE_FORMAT, contracts });
}

function parseContract(item: Shape, mistakes: Mistake[]): BundledContract | undefined {
  const file = item.member("file").text("name the source file, relative to the project");
  const manifest = item.member("manifest");
  const parsed = parseManifest(manifest.value);
  if (parsed.isErr()) {
    for (const mistake of parsed.error) {
      mistakes.push({ ...mistake, path: manifest.path + mistake.path });
    }
    return undefined;
  }
  const digest = digestOf(parsed.orThrow(), manifest);
  if (file === undefined || digest === undefined) return undefined;
  const { id } = parsed.orThrow();
  item.member("id").oneOf([id], false);
  item.member("digest").oneOf([digest], false);
  return { id, digest, file, manifest: parsed.orThrow() };
}

function digestOf(manifest: ContractManifest, at: Shape): string | undefined {
  try {
    return manifestDigest(manifest);
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error;
    at.report("shape", error.message, "use plain JSON");
    return undefined;
  }
}
