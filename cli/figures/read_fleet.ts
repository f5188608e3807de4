import { isErr } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { runningInstances } from "../deployments/running_instances.ts";
import { readQueueFigures } from "../jobs/queue_figures.ts";
import { readWorkFigures } from "../letters/work_figures.ts";
import { deploymentFigures } from "./deployment_figures.ts";
import type { FleetFigures } from "./fleet_figures.ts";
import type { RpcTotals } from "./rpc_totals.ts";

/** What figures are read by. */
export interface FleetSource {
  readonly authority: Pick<Authority, "overview">;
  readonly messaging: NatsMessaging;
  /** Adds up what services have done, from one look to the next. */
  readonly totals: RpcTotals;
  /** Only of this deployment. */
  readonly only?: string | undefined;
}

/** Reads all figures as they are now; what cannot be read is missing, and said. */
export async function readFleet(
  { authority, messaging, totals, only }: FleetSource,
): Promise<FleetFigures> {
  const problems: string[] = [];
  const isMeant = ({ deployment }: { readonly deployment: string }) =>
    only === undefined || deployment === only;
  const [overview, running] = await Promise.all([
    authority.overview(),
    runningInstances(messaging),
  ]);
  const instances = running.filter(isMeant);
  totals.add(instances);
  const found = overview.take();
  if (isErr(found)) problems.push(found.error.message);
  else problems.push(...found.problems.map(({ error }) => error.message));
  const records = isErr(found) ? [] : found.records.filter(isMeant);
  const [queues, work] = await Promise.all([
    readQueueFigures(records, messaging, instances),
    readWorkFigures(records, messaging, instances),
  ]);
  for (const read of [queues, work]) if (read.isErr()) problems.push(read.error.message);
  return {
    at: Date.now(),
    rpcs: totals.list(),
    deployments: records.map((record) => deploymentFigures(record, instances)),
    queues: queues.isOk() ? queues.value : [],
    work: work.isOk() ? work.value : [],
    problems,
  };
}
