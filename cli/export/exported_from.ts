import type { ReadContract } from "../../contracts/define/contract_of_manifest.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { SURFACE_KINDS, type UseSelection } from "../../contracts/manifest/sections.ts";
import type { Needs } from "../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { ExportedContract } from "./exported_contract.ts";
import { manifestOfNeeds } from "./needs_manifest.ts";

/**
 * A contract as it is written, deployed under its own name.
 *
 * @param known the contracts that it uses, by id, as far as they are known
 */
export function exportedFromManifest(
  { manifest, digest }: ReadContract,
  known: ReadonlyMap<string, ReadContract>,
): ExportedContract {
  const { required = {}, optional = {} } = manifest.uses ?? {};
  const uses = [...Object.values(required), ...Object.values(optional)].flatMap((selection) => {
    const contract = known.get(selection.contract);
    return contract === undefined
      ? []
      : [{ contract: exportedFromManifest(contract, new Map()), selection }];
  });
  return { manifest, digest, deployment: contractName(manifest.id), uses };
}

/** What is accepted of a deployment; undefined where nothing is. */
export function exportedFromRecords(
  deployment: string,
  records: readonly AuthorityRecord[],
): ExportedContract | undefined {
  const own = records.find((record) => record.deployment === deployment);
  if (own?.desired === undefined) return undefined;
  const uses = Object.entries(own.desired.needs.contracts).flatMap(([id, { selections }]) => {
    const contract = plain(records.find(({ desired }) => desired?.needs.contract === id));
    return contract === undefined ? [] : [{ contract, selection: selectionOf(selections) }];
  });
  const exported = plain(own);
  return exported && { ...exported, uses };
}

function plain(record: AuthorityRecord | undefined): ExportedContract | undefined {
  if (record?.desired === undefined) return undefined;
  const { deployment, desired: { needs, version } } = record;
  const words = `As it is accepted for the deployment ${deployment}, in version ${version}.`;
  return { manifest: manifestOfNeeds(needs, words), digest: needs.digest, deployment };
}

/** `["rpc.call:Orders.Get"]` -> `{ rpc: { call: ["Orders.Get"] } }`. */
export function selectionOf(
  selections: Needs["contracts"][string]["selections"],
): UseSelection {
  const found: Record<string, Record<string, string[]>> = {};
  for (const text of selections) {
    const [, kind = "", action = "", name = ""] = /^(\w+)\.(\w+):(.+)$/.exec(text) ?? [];
    if (SURFACE_KINDS.some((known) => known === kind)) {
      ((found[kind] ??= {})[action] ??= []).push(name);
    }
  }
  // The selections of needs were written from such an object.
  return found as UseSelection;
}
