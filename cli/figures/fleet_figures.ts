import type { QueueFigures } from "../jobs/queue_figures.ts";
import type { WorkFigures } from "../letters/work_figures.ts";
import type { DeploymentFigures } from "./deployment_figures.ts";
import type { ReconcileCount } from "./reconcile_counts.ts";
import type { RpcTotal } from "./rpc_totals.ts";
import type { SessionFigures } from "./session_figures.ts";

/** All that is measured at one moment. */
export interface FleetFigures {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly rpcs: readonly RpcTotal[];
  readonly deployments: readonly DeploymentFigures[];
  readonly queues: readonly QueueFigures[];
  /** Groups, projections and relays. */
  readonly work: readonly WorkFigures[];
  /** Missing where nobody logs in. */
  readonly sessions?: readonly SessionFigures[];
  /** Of this process; missing where it does not reconcile. */
  readonly reconciles?: readonly ReconcileCount[];
  /** What could not be read, for people; then figures are missing. */
  readonly problems: readonly string[];
}
