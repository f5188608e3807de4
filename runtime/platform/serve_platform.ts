import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { CatalogContract } from "../../contracts/platform/models/index.ts";
import { ok } from "../../contracts/result.ts";
import { consoleLog } from "../log.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import {
  announceService,
  discoveryEndpointName,
  discoveryIdentity,
} from "../rpc/nats/service_discovery.ts";
import { RpcServer } from "../rpc/rpc_server.ts";

/** The queue group, and the deployment, of Trellis' own contracts. */
export const PLATFORM_DEPLOYMENT = "trellis";

/** Trellis' own contract, being served. */
export interface ServedPlatform {
  /** Takes no more requests and finishes those in work. */
  stop(): Promise<void>;
}

/** Serves `trellis.core@v1` on a connection. */
export function servePlatform(
  messaging: NatsMessaging,
  ports: { catalog(): Promise<readonly CatalogContract[]> },
): ServedPlatform {
  const server = new RpcServer(messaging, {
    queue: PLATFORM_DEPLOYMENT,
    handlerTimeoutMs: 10_000,
    maxInFlight: 1000,
    log: consoleLog,
  });
  server.serve(core, "Trellis.Catalog", async () =>
    ok({
      catalog: { format: "trellis.catalog.v1", contracts: [...await ports.catalog()] },
    }));
  const announcement = announceService(messaging.connection, {
    ...discoveryIdentity(core.id),
    id: messaging.session,
    description: core.manifest.description,
    metadata: { contract: core.id, digest: core.digest, deployment: PLATFORM_DEPLOYMENT },
    started: new Date(),
    endpoints: server.served.map(({ name, subject, counter }) => ({
      name: discoveryEndpointName(name),
      subject,
      queue_group: PLATFORM_DEPLOYMENT,
      stats: () => counter.figures(),
    })),
  });
  return {
    async stop() {
      await announcement.stop();
      await server.drain(1000);
    },
  };
}
