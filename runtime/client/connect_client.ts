import type { Contract } from "../../contracts/define/contract.ts";
import { isPrincipalId, type Principal } from "../../contracts/identity/caller.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { LiveUses, type UsesSource } from "../accepted/live_uses.ts";
import type { AcceptedSurfaces } from "../accepted/missing_uses.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { CallError } from "../rpc/rpc_call.ts";
import { BootstrapAsker } from "../session/bootstrap_asker.ts";
import { connectParticipant, type ParticipantOptions } from "../session/connect_participant.ts";
import { connectWithin } from "../session/connect_within.ts";
import { endSession } from "../session/end_session.ts";
import { findServers } from "../session/find_servers.ts";
import { SessionRights } from "../session/session_rights.ts";
import { usesSource } from "../session/uses_source.ts";
import { ClientConnection } from "./client_connection.ts";
import { type ClientLogin, keyOfLogin } from "./client_login.ts";
import { type ClientSurfaces, openClientSurfaces } from "./client_surfaces.ts";

/**
 * Milliseconds between two tests whether the link is alive. There are many clients, and the server answers each test:
 * a thousand that ask every second cost it a fifth of a core.
 */
const PING_MS = 3000;

/** Who connects, and how. */
export interface ConnectClientOptions extends ParticipantOptions {
  readonly contract: Contract;
  readonly login?: ClientLogin | "page";
  /** Who the caller says it is, where nobody checks it. */
  readonly unverifiedId?: string | undefined;
}

/** A connection, and what is reached through it. */
export interface ConnectedClient {
  readonly messaging: NatsMessaging;
  readonly surfaces: ClientSurfaces;
  readonly connection: ClientConnection;
  /** What it holds; missing for who needs no capabilities. */
  readonly rights: SessionRights | undefined;
  /** What the contract uses, as it is at each moment. */
  readonly uses: LiveUses;
  /** Ends the session for good, and closes. */
  readonly logOut: () => Promise<Result<void, CallError>>;
}

/** Connects, has a person log in where that is wished, and waits for what may still come. */
export async function connectClient(
  options: ConnectClientOptions,
): Promise<Result<ConnectedClient, TransportError>> {
  const { login, waitMs = 0, ...others } = options;
  const trellisUrl = (await findServers(options.trellisUrl, waitMs)).take();
  if (isErr(trellisUrl)) return trellisUrl;
  const connect = async (): Promise<Result<ConnectedClient, TransportError>> => {
    const key = login && (await keyOfLogin({ ...options, trellisUrl }, login)).take();
    if (isErr(key)) return key;
    return await connectWithin(
      waitMs,
      ["trellis.bootstrap.failed", "trellis.use.missing", "trellis.session.pending"],
      (waitMs) => connectOnce({ ...others, trellisUrl, ...(key && { sessionKey: key }), waitMs }),
    );
  };
  const connected = await connect();
  // The session ended while the page connected: its person logs in, as without one.
  return login === "page" && connected.isErr() && mayHaveEnded(connected.error)
    ? await connect()
    : connected;
}

/** Whether an error may come from a session that was ended meanwhile; who is shut out is disconnected. */
function mayHaveEnded({ code }: TransportError): boolean {
  return code === "trellis.session.refused" || code.startsWith("trellis.connection.");
}

async function connectOnce(
  options: ConnectClientOptions,
): Promise<Result<ConnectedClient, TransportError>> {
  const { contract } = options;
  const claim = claimOf(options);
  const participant = (await connectParticipant({ ...options, claim, pingMs: PING_MS })).take();
  if (isErr(participant)) return participant;
  const { messaging, secured } = participant;
  const session = new BootstrapAsker(messaging, contract);
  const source = usesSource(contract, participant, session);
  const given = secured
    ? await SessionRights.open(messaging, session)
    : ok({ rights: undefined, used: await readOpen(source) });
  const client = given.andThen(({ rights, used }) =>
    LiveUses.open(contract, source, used).map((uses) => {
      // It may also end by itself, when the session does.
      messaging.closed().then(() => uses.close());
      return {
        messaging,
        surfaces: openClientSurfaces(contract, messaging, rights, uses),
        connection: new ClientConnection(messaging, secured ? session : undefined),
        rights,
        uses,
        logOut: () => logOut(messaging),
      };
    })
  ).take();
  if (isErr(client)) {
    await messaging.close();
    return client;
  }
  return ok(client);
}

/** Throws for an id that could not stand in a subject. */
function claimOf({ contract, unverifiedId: id }: ConnectClientOptions): Principal | undefined {
  if (id === undefined) return undefined;
  if (isPrincipalId(id)) return { kind: RUNNER_OF[contract.kind], id };
  throw new TypeError("unverifiedId is 1 to 64 letters, digits, - and _");
}

async function logOut(messaging: NatsMessaging): Promise<Result<void, CallError>> {
  const ended = await endSession(messaging);
  if (ended.isOk()) await messaging.close();
  return ended;
}

/** What cannot be read counts as accepted: on an open server a client may do without JetStream. */
async function readOpen(source: UsesSource): Promise<AcceptedSurfaces | undefined> {
  const accepted = (await source.read()).take();
  return isErr(accepted) ? undefined : accepted;
}
