import { CONTRACT_FORMAT, type ContractManifest } from "../../../contracts/manifest/manifest.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import { diffNeeds } from "../../../reconcile/diff/diff_needs.ts";
import { needsOf } from "../../../reconcile/needs/needs.ts";
import type { NamedContract, NamedContracts } from "./named_contract.ts";

/** A contract as it was and as it is to be; undefined where it is not there. */
export interface ContractPair {
  readonly id: string;
  readonly old: NamedContract | undefined;
  readonly now: NamedContract | undefined;
  readonly changes: readonly Change[];
}

/**
 * Compares what was named: two contracts with each other, whatever their ids are, and projects
 * contract by contract. Where one side is a contract and the other a project, only that contract counts.
 */
export function contractPairs(old: NamedContracts, now: NamedContracts): readonly ContractPair[] {
  const [[before], [after]] = [old.contracts, now.contracts];
  if (!old.isProject && !now.isProject && before !== undefined && after !== undefined) {
    return [{ id: after.manifest.id, old: before, now: after, changes: diff(before, after) }];
  }
  const named = !old.isProject ? old.contracts : !now.isProject ? now.contracts : [
    ...old.contracts,
    ...now.contracts,
  ];
  const ids = [...new Set(named.map(({ manifest }) => manifest.id))].sort();
  const find = ({ contracts }: NamedContracts, id: string) =>
    contracts.find(({ manifest }) => manifest.id === id);
  return ids.map((id) => {
    const [before, after] = [find(old, id), find(now, id)];
    return { id, old: before, now: after, changes: diff(before, after) };
  });
}

function diff(old: NamedContract | undefined, now: NamedContract | undefined): readonly Change[] {
  const before = old && needsOf(old.manifest, old.digest);
  if (now !== undefined) return diffNeeds(before, needsOf(now.manifest, now.digest));
  return old === undefined ? [] : diffNeeds(before, needsOf(emptied(old.manifest), ""));
}

/** What is left of a contract that goes: nothing that it offered or asked for. */
function emptied({ id, kind, displayName, description }: ContractManifest): ContractManifest {
  return { format: CONTRACT_FORMAT, id, kind, displayName, description };
}
