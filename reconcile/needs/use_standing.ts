import { isSurfaceKind, SECTIONS } from "../../contracts/manifest/sections.ts";
import type { ByKey, Needs, UseNeed } from "./need_types.ts";
import { selects } from "./use_selection.ts";

/** What a contract uses of another one. */
export interface ContractUse {
  readonly required: boolean;
  /** As `call rpc Orders.Get`. */
  readonly selected: readonly string[];
}

/** The same, seen from the contract that uses. */
export interface UseStanding extends ContractUse {
  /** Id of the contract that is used. */
  readonly contract: string;
  /** What of it is not accepted. */
  readonly missing: readonly string[];
}

/** The same, seen from the contract that is used. */
export interface ContractUsage extends ContractUse {
  /** The deployment that uses it. */
  readonly deployment: string;
}

/**
 * How the uses of a contract stand.
 *
 * @param accepted what is accepted, by contract id
 */
export function useStandings(
  { contracts }: Pick<Needs, "contracts">,
  accepted: ByKey<Pick<Needs, "surfaces">>,
): readonly UseStanding[] {
  return Object.entries(contracts).map(([contract, use]) => {
    const surfaces = Object.hasOwn(accepted, contract) ? accepted[contract]!.surfaces : {};
    const missing = use.selections.filter((selection) =>
      !Object.values(surfaces).some((surface) => selects({ selections: [selection] }, surface))
    );
    return { contract, ...useWords(use), missing: missing.map(selectionWords) };
  });
}

/** Who uses a contract, by what is accepted of them. */
export function usagesOf(
  contract: string,
  records: readonly {
    readonly deployment: string;
    readonly desired?: { readonly needs: Pick<Needs, "contracts"> };
  }[],
): readonly ContractUsage[] {
  return records.flatMap(({ deployment, desired }) => {
    const { contracts = {} } = desired?.needs ?? {};
    const use = Object.hasOwn(contracts, contract) ? contracts[contract] : undefined;
    return use === undefined ? [] : [{ deployment, ...useWords(use) }];
  });
}

function useWords({ required, selections }: UseNeed): ContractUse {
  return { required, selected: selections.map(selectionWords) };
}

/** `rpc.call:Orders.Get` -> `call rpc Orders.Get` */
function selectionWords(selection: string): string {
  const [, kind = "", action = "", name = ""] = /^([^.]*)\.([^:]*):(.*)$/.exec(selection) ?? [];
  return isSurfaceKind(kind) ? `${action} ${SECTIONS[kind].noun} ${name}` : selection;
}
