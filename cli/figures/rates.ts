import { latencyQuantile, latencySince } from "../../contracts/live/latency.ts";
import type { FleetFigures } from "./fleet_figures.ts";
import type { RpcTotal } from "./rpc_totals.ts";

/** What one RPC, operation or feed does, between two looks. */
export interface RpcRate extends Pick<RpcTotal, "deployment" | "rpc"> {
  readonly perSecond: number;
  readonly errorsPerSecond: number;
  /** In milliseconds, from the classes that services count; undefined without any request. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** What was done between two looks; the busiest first. */
export function ratesOf(
  before: Pick<FleetFigures, "at" | "rpcs">,
  now: Pick<FleetFigures, "at" | "rpcs">,
): readonly RpcRate[] {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const known = new Map(before.rpcs.map((total) => [`${total.deployment} ${total.rpc}`, total]));
  return now.rpcs.map((total): RpcRate => {
    const { deployment, rpc } = total;
    const last = known.get(`${deployment} ${rpc}`);
    const latency = last === undefined ? total.latency : latencySince(total.latency, last.latency);
    return {
      deployment,
      rpc,
      perSecond: (total.requests - (last?.requests ?? 0)) / seconds,
      errorsPerSecond: (errorsOf(total) - errorsOf(last)) / seconds,
      p50Ms: latencyQuantile(latency, 0.5),
      p99Ms: latencyQuantile(latency, 0.99),
    };
  }).sort((a, b) =>
    b.perSecond - a.perSecond || a.deployment.localeCompare(b.deployment) ||
    a.rpc.localeCompare(b.rpc)
  );
}

function errorsOf(total: RpcTotal | undefined): number {
  return Object.values(total?.errors ?? {}).reduce((sum, count) => sum + count, 0);
}
