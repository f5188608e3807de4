import type { ContractManifest } from "../manifest/manifest.ts";
import type { ContractId } from "../manifest/names.ts";
import type { Contract, UsedContract } from "./contract.ts";

/** The manifest of a contract, and its digest. */
export interface ReadContract {
  readonly manifest: ContractManifest;
  readonly digest: string;
}

/**
 * A contract as its manifest tells it, for programs that call what it uses and have none of its code: it knows no
 * classes of errors, and no other contract can be defined with it. What is used of a contract whose manifest is not
 * known is left out.
 *
 * @param known manifests of the contracts that it uses, by their ids
 */
export function contractOfManifest(
  { manifest, digest }: ReadContract,
  known: ReadonlyMap<string, ReadContract> = new Map(),
): Contract {
  const used = new Map<string, UsedContract>();
  for (const need of ["required", "optional"] as const) {
    for (const [alias, selection] of Object.entries(manifest.uses?.[need] ?? {})) {
      const other = known.get(selection.contract);
      if (other === undefined) continue;
      const contract = contractOfManifest(other);
      used.set(alias, { contract, required: need === "required", selection });
    }
  }
  return {
    // The check of manifests lets no other ids through.
    id: manifest.id as ContractId,
    kind: manifest.kind,
    manifest,
    digest,
    errors: new Map(),
    used,
    use: () => {
      throw new TypeError(`${manifest.id} was read: import its file to use it in another contract`);
    },
  };
}
