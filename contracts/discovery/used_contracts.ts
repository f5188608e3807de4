import type { ReadContract } from "../define/contract_of_manifest.ts";
import { readJson } from "../json/json.ts";
import { parseManifest } from "../manifest/manifest_check.ts";
import { manifestDigest } from "../manifest/projection.ts";
import { isErr } from "../result.ts";

/** The contracts that a contract uses, by id, out of what its evaluation said of them; what is no manifest is left out. */
export function usedContracts(
  texts: readonly string[] | undefined,
): ReadonlyMap<string, ReadContract> {
  const known = new Map<string, ReadContract>();
  for (const text of texts ?? []) {
    const manifest = parseManifest(readJson(text)).take();
    if (!isErr(manifest)) known.set(manifest.id, { manifest, digest: manifestDigest(manifest) });
  }
  return known;
}
