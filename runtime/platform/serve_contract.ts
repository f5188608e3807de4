import { servingOn } from "../rpc/nats/served_subject.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import { consoleLog } from "../log.ts";
import { reportRequests } from "../live/nats/report_requests.ts";
import { pause } from "../nats/pause.ts";
import { isRetryable } from "../rpc/is_retryable.ts";
import { leavesOpen } from "../rpc/leaves_open.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import {
  announceService,
  discoveryEndpointName,
  discoveryIdentity,
} from "../rpc/nats/service_discovery.ts";
import { RpcServer, type UntypedHandler } from "../rpc/rpc_server.ts";

/** The deployment of Trellis' own contracts. */
export const PLATFORM_DEPLOYMENT = "trellis";

/** How long whoever could not do what is asked waits for those who can, in milliseconds. */
const GIVE_WAY_MS = 500;

/** One of Trellis' own contracts, being served. */
export interface ServedPlatform {
  /** Takes no more requests and finishes those in work. */
  stop(): Promise<void>;
}

/**
 * Serves one of Trellis' own contracts on a connection, and lets it be found by discovery. All processes
 * that serve it answer, and the first answer counts: in a queue group, one that is frozen would take its
 * share of the requests. So a handler reads, or does what may be done twice; and one that could not do it
 * answers behind the others.
 */
export function serveContract<const B extends ContractBody>(
  messaging: NatsMessaging,
  contract: Contract<B>,
  handlers: Readonly<Record<keyof NonNullable<B["rpc"]> & string, UntypedHandler>>,
): ServedPlatform {
  const live = reportRequests(messaging, {
    deployment: PLATFORM_DEPLOYMENT,
    contract: contract.id,
  });
  const server = new RpcServer(servingOn(messaging), {
    watch: live.reports,
    queue: undefined,
    handlerTimeoutMs: 10_000,
    maxInFlight: 1000,
    log: consoleLog,
  });
  for (const [name, handler] of Object.entries<UntypedHandler>(handlers)) {
    server.serve(contract, name, givingWay(handler));
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
      queue_group: "",
      stats: () => counter.figures(),
    })),
  });
  return {
    async stop() {
      await announcement.stop();
      await server.drain(1000);
      live.stop();
    },
  };
}

/** The same, which has the others answer first where it could not do it at the moment, or fails. */
function givingWay(handler: UntypedHandler): UntypedHandler {
  return async (input, context) => {
    let knows = false;
    try {
      const result = await handler(input, context);
      knows = !result.isErr() || !passes(result.error);
      return result;
    } finally {
      if (!knows) await pause(GIVE_WAY_MS);
    }
  };
}

function passes(error: unknown): boolean {
  return error instanceof Error && (isRetryable(error) || leavesOpen(error));
}
