/** What happens to a cluster: each ends when all servers run again. */
import { setClock } from "../process_clock/process_clock.ts";
import type { Ground } from "./ground.ts";
import type { ClusterServer, NatsCluster } from "../nats_cluster.ts";

/** The kinds. */
export const SHOCKS = [
  "kill",
  "roll",
  "freeze",
  // The others do not hear it, and it does not hear them; clients reach it.
  "cut",
  // Nobody hears it, clients neither, and it hears nobody.
  "unplug",
  // It is not heard by the others, or does not hear them.
  "mute",
  "deafen",
  "slow",
  // Its disk is full.
  "fill",
  // Its clock is wrong by an hour.
  "ahead",
  "behind",
] as const;
/** One of them. */
export type Shock = typeof SHOCKS[number];

/** How long a shock lasts that does not end by itself, in milliseconds: leaders are elected meanwhile. */
const AWAY_MS = 15_000;
const HOUR_S = 3600;

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
  { cluster, ground }: Shocked,
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
      await ground.cut(leader);
      await pause(AWAY_MS);
      await ground.join(leader);
      break;
    case "unplug":
      await ground.network.unplug(leader);
      await pause(AWAY_MS);
      await ground.network.plugIn(leader);
      break;
    case "mute":
    case "deafen":
      await ground.network[shock](leader);
      await pause(AWAY_MS);
      await ground.network.hear(leader);
      break;
    case "slow":
      await ground.network.slow(leader);
      await pause(AWAY_MS);
      await ground.network.quicken(leader);
      break;
    case "fill":
      await ground.disks.fill(leader);
      await pause(AWAY_MS);
      await ground.disks.makeRoom(leader);
      // A server that could not write stores nothing until it starts again.
      await cluster.stop(leader);
      await cluster.startAgain(leader);
      break;
    case "ahead":
    case "behind":
      await setClock(cluster.pidOf(leader), shock === "ahead" ? HOUR_S : -HOUR_S);
      await pause(AWAY_MS);
      await setClock(cluster.pidOf(leader), 0);
      break;
  }
  const ended = performance.now();
  await cluster.allSettled();
  return { currentMs: Math.round(performance.now() - ended) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
