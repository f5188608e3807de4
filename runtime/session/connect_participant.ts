import type { Contract } from "../../contracts/define/contract.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import { serversFor, sessionKeyFor } from "../host/environment.ts";
import { isSecured } from "../nats/connection.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import { connectMessaging, type NatsMessaging } from "../rpc/nats/nats_messaging.ts";

/** How a service or a client connects, as it was told by its user. */
export interface ParticipantOptions {
  readonly contract: Pick<Contract, "id" | "digest">;
  readonly trellisUrl?: string | readonly string[];
  readonly name?: string;
  readonly sessionKeySeed?: string | undefined;
  readonly waitMs?: number;
  readonly onStatus?: (event: ConnectionEvent) => void;
}

/** A connection under a contract. */
export interface Participant {
  readonly messaging: NatsMessaging;
  /** Whether the server enforces who may do what. */
  readonly secured: boolean;
}

/** Connects under a contract, with the key of its session where there is one. Errors: `trellis.connection.*`. */
export async function connectParticipant(
  { contract, trellisUrl, name, sessionKeySeed, waitMs, onStatus }: ParticipantOptions,
): Promise<Result<Participant, TransportError>> {
  const key = sessionKeyFor(sessionKeySeed);
  const connected = await connectMessaging({
    servers: serversFor(trellisUrl),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(key === undefined ? {} : { key }),
    ...(onStatus === undefined ? {} : { onStatus }),
    name: name ?? contract.id,
    contractDigest: contract.digest,
  });
  return connected.map((messaging) => ({
    messaging,
    secured: key !== undefined && isSecured(messaging.connection),
  }));
}
