import type { EndpointData } from "../../contracts/live/endpoint_data.ts";
import { type Latency, latencySince, noLatency, sumLatency } from "../../contracts/live/latency.ts";
import type { EndpointCounts } from "../deployments/endpoint_counts.ts";
import type { RunningInstance } from "../deployments/running_instances.ts";

/** What all instances of a deployment have done for one RPC, operation or feed. */
export interface RpcTotal {
  readonly deployment: string;
  /** As `Orders.Create`. */
  readonly rpc: string;
  readonly requests: number;
  /** How long all of them took together, in milliseconds. */
  readonly processingMs: number;
  /** By type or code. */
  readonly errors: EndpointData["errors"];
  readonly latency: Latency;
}

/** An instance that has not answered so many times in a row is forgotten: one answer may be late. */
const PATIENCE = 10;

const NOTHING = { requests: 0, processingMs: 0, errors: {}, latency: noLatency() };

/**
 * Adds up what instances tell. Each begins at nothing when it is started, and takes what it has counted with it: so what
 * has come since the last look is added, and no total ever falls.
 */
export class RpcTotals {
  readonly #totals = new Map<string, RpcTotal>();
  /** What each endpoint of each instance has told last, and in which look. */
  readonly #last = new Map<string, { readonly counts: EndpointCounts; readonly look: number }>();
  #look = 0;

  /** Adds what has come since the last look. */
  add(instances: readonly Pick<RunningInstance, "id" | "deployment" | "endpoints">[]): void {
    const look = ++this.#look;
    for (const { id, deployment, endpoints } of instances) {
      for (const counts of endpoints) {
        const key = `${deployment} ${id} ${counts.subject}`;
        this.#grow(deployment, counts, this.#last.get(key)?.counts ?? NOTHING);
        this.#last.set(key, { counts, look });
      }
    }
    for (const [key, last] of this.#last) if (look - last.look > PATIENCE) this.#last.delete(key);
  }

  /** All totals so far, by deployment and name. */
  list(): readonly RpcTotal[] {
    return [...this.#totals.values()].sort((a, b) =>
      a.deployment.localeCompare(b.deployment) || a.rpc.localeCompare(b.rpc)
    );
  }

  #grow(
    deployment: string,
    { name: rpc, requests, processingMs, errors, latency }: EndpointCounts,
    before: Omit<RpcTotal, "deployment" | "rpc">,
  ): void {
    const key = `${deployment} ${rpc}`;
    const total = this.#totals.get(key) ?? { deployment, rpc, ...NOTHING };
    this.#totals.set(key, {
      ...total,
      requests: total.requests + Math.max(0, requests - before.requests),
      processingMs: total.processingMs + Math.max(0, processingMs - before.processingMs),
      errors: grown(total.errors, errors, before.errors),
      latency: sumLatency(total.latency, latencySince(latency, before.latency)),
    });
  }
}

function grown(
  total: RpcTotal["errors"],
  now: RpcTotal["errors"],
  before: RpcTotal["errors"],
): RpcTotal["errors"] {
  const sum = { ...total };
  for (const [code, count] of Object.entries(now)) {
    sum[code] = (sum[code] ?? 0) + Math.max(0, count - (before[code] ?? 0));
  }
  return sum;
}
