import type { Contract } from "../../contracts/define/contract.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import { serversFor, sessionKeyFor } from "../host/environment.ts";
import { currentHost } from "../host/host.ts";
import { isSecured } from "../nats/connection.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import { freshToken } from "../nats/session_token.ts";
import { connectMessaging, type NatsMessaging } from "../rpc/nats/nats_messaging.ts";

/** How a service or a client connects, as it was told by its user. */
export interface ParticipantOptions {
  readonly contract: Pick<Contract, "id" | "digest">;
  /** Of a service. */
  readonly deployment?: string;
  readonly trellisUrl?: string | readonly string[];
  readonly name?: string;
  readonly sessionKeySeed?: string | undefined;
  /** In place of a seed. */
  readonly sessionKey?: SessionKey | undefined;
  readonly waitMs?: number;
  readonly onStatus?: (event: ConnectionEvent) => void;
  /** Milliseconds between two tests whether the link is alive; 1000 unless given. */
  readonly pingMs?: number;
  /** Milliseconds at most between two attempts to connect again; 5000 unless given. */
  readonly longestPauseMs?: number;
  /** Milliseconds at least between two connects, asked for at each; 0 unless given. */
  readonly leastPauseMs?: () => number;
  /** Who it says it is; counts where the server enforces nothing. */
  readonly claim?: Principal | undefined;
}

/** A connection under a contract. */
export interface Participant {
  readonly messaging: NatsMessaging;
  /** Whether the server enforces who may do what. */
  readonly secured: boolean;
  /** Records what is done over it; undefined where nobody wants it. */
  readonly telemetry: Telemetry | undefined;
}

/** Connects under a contract, with the key of its session where there is one. Errors: `trellis.connection.*`. */
export async function connectParticipant(
  options: ParticipantOptions,
): Promise<Result<Participant, TransportError>> {
  const { contract, deployment, trellisUrl, name, waitMs, onStatus, pingMs, claim } = options;
  const { longestPauseMs, leastPauseMs } = options;
  const key = options.sessionKey ?? await sessionKeyFor(options.sessionKeySeed);
  const telemetry = await currentHost().openTelemetry?.({
    "trellis.contract": contract.id,
    ...(deployment === undefined ? {} : { "trellis.deployment": deployment }),
  });
  const connected = await connectMessaging({
    servers: serversFor(trellisUrl),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(key === undefined ? {} : { key }),
    ...(onStatus === undefined ? {} : { onStatus }),
    ...(pingMs === undefined ? {} : { pingMs }),
    ...(longestPauseMs === undefined ? {} : { longestPauseMs }),
    ...(leastPauseMs === undefined ? {} : { leastPauseMs }),
    // Whoever is named in subjects has a session of the length that those of keys have.
    ...(claim === undefined || key !== undefined ? {} : { session: freshToken(16) }),
    name: name ?? contract.id,
    contractDigest: contract.digest,
    record: telemetry?.calls,
  });
  return connected.map((messaging) => {
    const secured = key !== undefined && isSecured(messaging.line);
    if (claim !== undefined && !secured) messaging.claim(claim);
    return { messaging, secured, telemetry };
  });
}
