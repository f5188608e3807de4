import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { RunningInstance } from "../deployments/running_instances.ts";

/** How a deployment stands. */
export interface DeploymentFigures {
  readonly deployment: string;
  readonly state: "not accepted" | "pending" | "reconciled";
  /** Whether a plan waits for a decision. */
  readonly hasPlan: boolean;
  /** Instances that answer. */
  readonly running: number;
}

/** How the deployment of a record stands, with what runs of all deployments. */
export function deploymentFigures(
  { deployment, desired, materialized, pending }: AuthorityRecord,
  instances: readonly Pick<RunningInstance, "deployment">[],
): DeploymentFigures {
  return {
    deployment,
    state: desired === undefined ? "not accepted" : materialized?.state ?? "pending",
    hasPlan: pending !== undefined,
    running: instances.filter((instance) => instance.deployment === deployment).length,
  };
}
