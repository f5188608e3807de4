/** What happens to a cluster: each ends when all servers run again. */
import type { CutRoutes } from "./cut_routes.ts";
import type { ClusterServer, NatsCluster } from "../nats_cluster.ts";

/** The kinds. */
export const SHOCKS = ["kill", "roll", "freeze", "cut"] as const;
/** One of them. */
export type Shock = typeof SHOCKS[number];

/** How long a server that is frozen or cut off stays so, in milliseconds: leaders are elected meanwhile. */
const AWAY_MS = 15_000;

/** A cluster whose servers can be cut off. */
export interface Shocked {
  readonly cluster: NatsCluster<ClusterServer>;
  readonly routes: CutRoutes;
}

/** Strikes the leader of a stream, or with `roll` all servers in their turn. */
export async function strike({ cluster, routes }: Shocked, shock: Shock, stream: string) {
  const leader = await cluster.leaderOf(stream);
  switch (shock) {
    case "kill":
      await cluster.kill(leader);
      await pause(500 + Math.random() * 2000);
      await cluster.startAgain(leader);
      break;
    case "roll":
      for (const server of cluster.servers.keys()) {
        await cluster.stop(server);
        await cluster.startAgain(server);
        await cluster.allSettled();
      }
      break;
    case "freeze":
      cluster.freeze(leader);
      await pause(AWAY_MS);
      cluster.thaw(leader);
      break;
    case "cut":
      routes.cut(leader);
      await pause(AWAY_MS);
      routes.join(leader);
      break;
  }
  await cluster.allSettled();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
