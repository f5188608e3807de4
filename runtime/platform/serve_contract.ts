import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import { consoleLog } from "../log.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import {
  announceService,
  discoveryEndpointName,
  discoveryIdentity,
} from "../rpc/nats/service_discovery.ts";
import { RpcServer, type UntypedHandler } from "../rpc/rpc_server.ts";

/** The queue group, and the deployment, of Trellis' own contracts. */
export const PLATFORM_DEPLOYMENT = "trellis";

/** One of Trellis' own contracts, being served. */
export interface ServedPlatform {
  /** Takes no more requests and finishes those in work. */
  stop(): Promise<void>;
}

/** Serves one of Trellis' own contracts on a connection, and lets it be found by discovery. */
export function serveContract<const B extends ContractBody>(
  messaging: NatsMessaging,
  contract: Contract<B>,
  handlers: Readonly<Record<keyof NonNullable<B["rpc"]> & string, UntypedHandler>>,
): ServedPlatform {
  const server = new RpcServer(messaging, {
    queue: PLATFORM_DEPLOYMENT,
    handlerTimeoutMs: 10_000,
    maxInFlight: 1000,
    log: consoleLog,
  });
  for (const [name, handler] of Object.entries<UntypedHandler>(handlers)) {
    server.serve(contract, name, handler);
  }
  const announcement = announceService(messaging.line, {
    ...discoveryIdentity(contract.id),
    id: messaging.session,
    description: contract.manifest.description,
    metadata: { contract: contract.id, digest: contract.digest, deployment: PLATFORM_DEPLOYMENT },
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
