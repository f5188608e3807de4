import type { ContractKind } from "../../../contracts/manifest/manifest.ts";
import { acceptedContracts, PLATFORM_NEEDS } from "../../platform/accepted_contracts.ts";
import { type UseStanding, useStandings } from "../../../reconcile/needs/use_standing.ts";
import type { AuthorityRecord, Plan } from "../../../reconcile/records/authority_record.ts";
import { placeText } from "../../words/change_place.ts";

/** Somebody who uses others, or is used. */
export interface UsageNode {
  /** The deployment; of a contract that nobody has deployed its id. */
  readonly name: string;
  /** Undefined where that is not known. */
  readonly kind: ContractKind | undefined;
  /** False for a contract that is used, and that nobody has deployed. */
  readonly isDeployed: boolean;
  /** The plan that waits for a decision. */
  readonly pending: string | undefined;
}

/** That one uses another. */
export interface UsageEdge {
  /** Who uses, by name. */
  readonly from: string;
  /** Who is used, by name. */
  readonly to: string;
  readonly required: boolean;
  /** As `call rpc Orders.Get`. */
  readonly selected: readonly string[];
  /** Of that what is not accepted. */
  readonly missing: readonly string[];
  /** What a plan that waits would break, as `rpc Orders.Get input.sku`. */
  readonly broken: readonly string[];
}

/** Who uses whom. */
export interface UsageGraph {
  /** By name; those without any edge as well. */
  readonly nodes: readonly UsageNode[];
  readonly edges: readonly UsageEdge[];
}

/**
 * Who uses whom, by what is accepted, and of what was never accepted by what waits. Trellis' own contracts are left out: nearly everybody uses them.
 *
 * @param records of all deployments
 * @param plans that wait for a decision, by deployment
 */
export function usageGraph(
  records: readonly AuthorityRecord[],
  plans: ReadonlyMap<string, Plan>,
): UsageGraph {
  const accepted = acceptedContracts(records);
  const providers = new Map(
    records.flatMap(({ deployment, desired }) =>
      desired === undefined ? [] : [[desired.needs.contract, deployment] as const]
    ),
  );
  const needsOf = ({ deployment, desired }: AuthorityRecord) =>
    desired?.needs ?? plans.get(deployment)?.needs;
  const edges = records.flatMap((record) =>
    useStandings(needsOf(record) ?? { contracts: {} }, accepted)
      .filter(({ contract }) => !Object.hasOwn(PLATFORM_NEEDS, contract))
      .map((use) => edgeOf(record.deployment, use, providers, plans))
  );
  const known = new Set(records.map(({ deployment }) => deployment));
  const strange = new Set(edges.map(({ to }) => to).filter((name) => !known.has(name)));
  const nodes = [
    ...records.map((record) => ({
      name: record.deployment,
      kind: needsOf(record)?.kind,
      isDeployed: true,
      pending: record.pending?.planId,
    })),
    ...[...strange].map((name) => ({
      name,
      kind: undefined,
      isDeployed: false,
      pending: undefined,
    })),
  ];
  return { nodes, edges };
}

function edgeOf(
  from: string,
  { contract, required, selected, missing }: UseStanding,
  providers: ReadonlyMap<string, string>,
  plans: ReadonlyMap<string, Plan>,
): UsageEdge {
  const to = providers.get(contract) ?? contract;
  const broken = (plans.get(to)?.changes ?? [])
    .filter(({ severity, affects = [] }) => severity === "dangerous" && affects.includes(from))
    .map(placeText);
  return { from, to, required, selected, missing, broken: [...new Set(broken)] };
}
