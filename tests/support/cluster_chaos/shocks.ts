/** What happens to a cluster: each ends when all servers run again. */
import type { Ground } from "./ground.ts";
import type { ClusterServer, NatsCluster } from "../nats_cluster.ts";

/** The kinds. */
export const SHOCKS = ["kill", "roll", "freeze", "cut"] as const;
/** One of them. */
export type Shock = typeof SHOCKS[number];

/** How long a server that is frozen or cut off stays so, in milliseconds: leaders are elected meanwhile. */
const AWAY_MS = 15_000;

/** A cluster, and what it stands on. */
export interface Shocked {
  readonly cluster: NatsCluster<ClusterServer>;
  readonly ground: Ground;
}

/**
 * Strikes the leader of a stream, or with `roll` all servers in their turn. Answers how long it took from the end of
 * the shock until every server had all of every stream, in milliseconds.
 */
export async function strike(
  { cluster, ground: { routes } }: Shocked,
  shock: Shock,
  stream: string,
): Promise<{ readonly currentMs: number }> {
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
  const ended = performance.now();
  await cluster.allSettled();
  return { currentMs: Math.round(performance.now() - ended) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
