import type { Caller } from "../../contracts/identity/caller.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { DeploymentEntry } from "./deployment_index.ts";

/**
 * Whose rights may change with what is accepted for a deployment: its own instances and those of services
 * that use its contract, and all who run a contract of such a kind.
 *
 * @param all deployments
 */
export function concernedBy(
  { deployment, contract }: DeploymentEntry,
  all: readonly DeploymentEntry[],
): (caller: Caller) => boolean {
  const concerned = all.filter((entry) =>
    entry.deployment === deployment || entry.uses.includes(contract)
  );
  const services = new Set(concerned.map(({ deployment }) => deploymentToken(deployment)));
  const runners = new Set(concerned.map(({ kind }) => RUNNER_OF[kind]));
  return ({ principal: { kind, id } }) =>
    kind === "service" ? services.has(id) : kind !== "admin" && runners.has(kind);
}
