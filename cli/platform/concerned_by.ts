import type { Caller } from "../../contracts/identity/caller.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { DeploymentEntry } from "./deployment_index.ts";

/** Whose rights may change. */
export interface Concerned {
  /** Instances of services; known by who they are. */
  readonly isInstance: (caller: Caller) => boolean;
  /** Whether somebody may run one of {@link contracts}, going by what they are. */
  readonly isRunner: (caller: Caller) => boolean;
  /** Ids of the contracts that concerned people, devices and agents run. */
  readonly contracts: ReadonlySet<string>;
}

/**
 * Whose rights may change with what is accepted for deployments: their own instances and those of services
 * that use their contracts, and all who run such a contract.
 *
 * @param all deployments
 */
export function concernedBy(
  decided: readonly Pick<DeploymentEntry, "deployment" | "contract">[],
  all: readonly DeploymentEntry[],
): Concerned {
  const deployments = new Set(decided.map(({ deployment }) => deployment));
  const used = new Set(decided.map(({ contract }) => contract));
  const concerned = all.filter(({ deployment, uses }) =>
    deployments.has(deployment) || uses.some((id) => used.has(id))
  );
  const services = new Set(concerned.map(({ deployment }) => deploymentToken(deployment)));
  const run = concerned.filter(({ kind }) => kind !== "service");
  const runners = new Set<string>(run.map(({ kind }) => RUNNER_OF[kind]));
  return {
    isInstance: ({ principal: { kind, id } }) => kind === "service" && services.has(id),
    isRunner: ({ principal: { kind } }) => runners.has(kind),
    contracts: new Set(run.map(({ contract }) => contract)),
  };
}
