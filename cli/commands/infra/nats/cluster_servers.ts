import type { NatsConnection } from "@nats-io/nats-core";
import { isRecord } from "../../../../contracts/json/json.ts";

/** What one server of the cluster says of itself to the system account. */
export interface ClusterServer {
  readonly name: string;
  readonly version: string;
  readonly jetstream: boolean;
  /** The domain of its JetStream, where it has one. */
  readonly domain: string | undefined;
  /** The cluster that it belongs to. */
  readonly cluster: string | undefined;
  readonly tags: readonly string[];
  /** Whether what is acknowledged is on the disk. */
  readonly syncsAlways: boolean;
}

/** Milliseconds that servers have to answer. */
const ANSWER_MS = 2000;

/** What all servers say, also those on the other side of leaf nodes; empty where nobody may ask. */
export async function clusterServers(sys: NatsConnection): Promise<readonly ClusterServer[]> {
  const servers: ClusterServer[] = [];
  try {
    const answers = await sys.requestMany("$SYS.REQ.SERVER.PING.VARZ", "", {
      strategy: "stall",
      maxWait: ANSWER_MS,
    });
    for await (const message of answers) {
      const answer: unknown = message.json();
      const data = isRecord(answer) && isRecord(answer.data) ? answer.data : {};
      const { server_name: name, server_id: id, version } = data;
      const jetstream = isRecord(data.jetstream) && isRecord(data.jetstream.config)
        ? data.jetstream.config
        : undefined;
      servers.push({
        name: typeof name === "string" ? name : String(id),
        version: typeof version === "string" ? version : "",
        jetstream: jetstream !== undefined,
        domain: typeof jetstream?.domain === "string" ? jetstream.domain : undefined,
        cluster: isRecord(data.cluster) && typeof data.cluster.name === "string"
          ? data.cluster.name
          : undefined,
        tags: Array.isArray(data.tags) ? data.tags.map(String) : [],
        syncsAlways: jetstream?.sync_always === true,
      });
    }
  } catch {
    // It has no such right, which shows in its account.
  }
  return servers;
}
