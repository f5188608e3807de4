import type { RunningInstance } from "../../deployments/running_instances.ts";
import { RpcTotals } from "../rpc_totals.ts";
import { gauge, rpcFamilies, sample } from "./fleet_families.ts";
import type { Family } from "./prometheus_text.ts";

/** A service of this process, and what its instances tell of themselves. */
export interface ServiceLook {
  readonly deployment: string;
  /** Those that have not answered are missing. */
  readonly instances: readonly {
    readonly connected: boolean;
    readonly told: readonly RunningInstance[];
  }[];
}

/** What a process knows of its own services, without a right to ask anybody else. */
export class ServiceFamilies {
  readonly #totals = new RpcTotals();

  /** The families, with what has come since the last look. */
  of(looks: readonly ServiceLook[]): readonly Family[] {
    const told = looks.flatMap(({ instances }) => instances.flatMap(({ told }) => told));
    this.#totals.add(told);
    return [
      ...rpcFamilies({ rpcs: this.#totals.list() }),
      gauge(
        "trellis_instances",
        "Instances of a service that answer.",
        looks.map(({ deployment, instances }) => sample({ deployment }, instances.length)),
      ),
      gauge(
        "trellis_instances_connected",
        "Instances of this process that reach their NATS server.",
        looks.map(({ deployment, instances }) =>
          sample({ deployment }, instances.filter(({ connected }) => connected).length)
        ),
      ),
      gauge(
        "trellis_hung_handlers",
        "Handlers that run on after their deadline.",
        hungOf(told),
      ),
    ];
  }
}

function hungOf(told: readonly RunningInstance[]) {
  const counts = new Map<string, ReturnType<typeof sample>>();
  for (const { deployment, hung } of told) {
    for (const { kind, name, handlers } of hung) {
      const key = `${deployment} ${kind} ${name}`;
      const value = (counts.get(key)?.value ?? 0) + handlers;
      counts.set(key, sample({ deployment, kind, name }, value));
    }
  }
  return [...counts.values()];
}
