import type { ContractManifest } from "./manifest.ts";
import { contractName } from "./names.ts";
import { SURFACE_KINDS } from "./sections.ts";

/** A capability that is asked of callers and that no known contract declares. */
export interface UndeclaredCapability {
  /** Id of the contract that asks for it. */
  readonly contract: string;
  /** Where, as `rpc Orders.Refund, call`. */
  readonly place: string;
  /** The key as the manifest has it. */
  readonly key: string;
}

/**
 * Capabilities that surfaces ask of their callers and that no contract of the project declares: nobody may
 * call, unless somebody is granted the key as it is written. Keys of contracts that are used, and are not in
 * the project, are taken to be right.
 */
export function undeclaredCapabilities(
  manifests: readonly ContractManifest[],
): readonly UndeclaredCapability[] {
  const declared = new Set(
    manifests.flatMap(({ capabilities }) => Object.keys(capabilities ?? {})),
  );
  const here = new Set(manifests.map(({ id }) => contractName(id)));
  return manifests.flatMap((manifest) => {
    const elsewhere = new Set(usedNames(manifest).filter((name) => !here.has(name)));
    return demanded(manifest)
      .filter(({ key }) => !declared.has(key) && !elsewhere.has(owner(key)));
  });
}

function demanded(manifest: ContractManifest): readonly UndeclaredCapability[] {
  return SURFACE_KINDS.flatMap((section) =>
    Object.entries(manifest[section] ?? {}).flatMap(([name, { capabilities }]) =>
      Object.entries<readonly string[] | undefined>(capabilities ?? {}).flatMap(([action, keys]) =>
        [...new Set(keys)].map((key) => ({
          contract: manifest.id,
          place: `${section} ${name}, ${action}`,
          key,
        }))
      )
    )
  );
}

function usedNames({ uses }: ContractManifest): readonly string[] {
  return [uses?.required, uses?.optional]
    .flatMap((group) => Object.values(group ?? {}).map(({ contract }) => contractName(contract)));
}

/** `orders-service::orders.read` -> `orders-service`; "" for a key without a contract. */
function owner(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf("::")));
}
