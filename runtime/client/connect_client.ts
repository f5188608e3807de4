import type { Contract } from "../../contracts/define/contract.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { LiveUses, type UsesSource } from "../accepted/live_uses.ts";
import type { AcceptedSurfaces } from "../accepted/missing_uses.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { connectParticipant, type ParticipantOptions } from "../session/connect_participant.ts";
import { connectWithin } from "../session/connect_within.ts";
import { SessionRights } from "../session/session_rights.ts";
import { usesSource } from "../session/uses_source.ts";
import { type ClientLogin, seedOfLogin } from "./client_login.ts";

/** Who connects, and how. */
export interface ConnectClientOptions extends ParticipantOptions {
  readonly contract: Contract;
  readonly login?: ClientLogin;
}

/** A connection, and what is known of the rights of its session. */
export interface ConnectedClient {
  readonly messaging: NatsMessaging;
  /** Missing where nothing is enforced, and for who needs no capabilities. */
  readonly rights: SessionRights | undefined;
  readonly uses: LiveUses;
}

/** Connects, has a person log in where that is wished, and waits for what may still come. */
export async function connectClient(
  options: ConnectClientOptions,
): Promise<Result<ConnectedClient, TransportError>> {
  const { login, waitMs = 0, ...others } = options;
  const seed = login && (await seedOfLogin(options, login)).take();
  if (isErr(seed)) return seed;
  return await connectWithin(
    waitMs,
    ["trellis.use.missing", "trellis.session.pending"],
    (waitMs) => connectOnce({ ...others, ...(seed && { sessionKeySeed: seed }), waitMs }),
  );
}

async function connectOnce(
  options: ConnectClientOptions,
): Promise<Result<ConnectedClient, TransportError>> {
  const participant = (await connectParticipant(options)).take();
  if (isErr(participant)) return participant;
  const { contract } = options;
  const { messaging, secured } = participant;
  const { id, digest } = contract;
  const source = usesSource(contract, participant, { contract: { id, digest } });
  const given = secured
    ? await SessionRights.open(messaging, contract)
    : ok({ rights: undefined, used: await readOpen(source) });
  const client = given.andThen(({ rights, used }) =>
    LiveUses.open(contract, source, used).map((uses) => ({ messaging, rights, uses }))
  );
  if (client.isErr()) await messaging.close();
  return client;
}

/** What cannot be read counts as accepted: on an open server a client may do without JetStream. */
async function readOpen(source: UsesSource): Promise<AcceptedSurfaces | undefined> {
  const accepted = (await source.read()).take();
  return isErr(accepted) ? undefined : accepted;
}
