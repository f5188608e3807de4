/** What happens to processes that no stream has chosen: each ends when all of them run again. */
import type { TrellisCluster } from "./trellis_cluster.ts";
import type { YardInstance } from "./yard_instance.ts";

/** The kinds: the server that leads them all, one of the control planes, an instance of the service. */
export const PROCESS_SHOCKS = ["meta", "control", "service"] as const;
/** One of them. */
export type ProcessShock = typeof PROCESS_SHOCKS[number];

/**
 * Kills one, and starts it again a moment later. Answers how long it took from then until it served, and until every
 * server had all of every stream, in milliseconds.
 */
export async function strikeProcess(
  { trellis, instance }: { readonly trellis: TrellisCluster; readonly instance: YardInstance },
  shock: ProcessShock,
): Promise<{ readonly currentMs: number }> {
  const { cluster, controls } = trellis;
  const process = shock === "meta"
    ? serverOf(cluster, await trellis.metaLeader())
    : shock === "service"
    ? instance
    : controls[Math.floor(Math.random() * controls.length)];
  if (process === undefined) throw new Error("there is no control plane");
  await process.kill();
  await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 2000));
  const ended = performance.now();
  await process.startAgain();
  await cluster.allSettled();
  return { currentMs: Math.round(performance.now() - ended) };
}

/** One server, as its cluster ends and starts it. */
function serverOf(cluster: TrellisCluster["cluster"], server: number) {
  return { kill: () => cluster.kill(server), startAgain: () => cluster.startAgain(server) };
}
