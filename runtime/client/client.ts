import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { AsyncResult, isErr, ok, type Result } from "../../contracts/result.ts";
import type { RpcClient } from "./client_types.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { connectParticipant } from "../session/connect_participant.ts";
import { SessionRights } from "../session/session_rights.ts";
import { rpcClient } from "../rpc/rpc_caller.ts";

/** How a client connects. */
export interface ClientOptions<B extends ContractBody> {
  /** What it runs under: it may call the RPCs that this contract uses and declares. */
  readonly contract: Contract<B>;
  /** Where NATS is, one address or several; `NATS_URL`, or the local server, unless given. */
  readonly trellisUrl?: string | readonly string[];
  /** What the server's list of connections calls this client; the contract's id unless given. */
  readonly name?: string;
  /**
   * Seed of the key, `SU…`, that says who calls, for servers that are secured;
   * `TRELLIS_SESSION_KEY_SEED` unless given.
   */
  readonly sessionKeySeed?: string;
  /** Milliseconds to wait for a server that does not answer yet; 0 unless given. */
  readonly waitMs?: number;
}

/**
 * A connected caller.
 *
 * ```ts ignore
 * await using client = await TrellisClient.connect({ contract: app }).orThrow();
 * const order = await client.rpc.orders.get({ orderId: "o-1" }).take();
 * ```
 */
export class TrellisClient<B extends ContractBody = ContractBody> implements AsyncDisposable {
  /** The RPCs that the contract uses and declares: `"Orders.Get"` is `orders.get`. */
  readonly rpc: RpcClient<B>;
  readonly #messaging: NatsMessaging;

  private constructor(contract: Contract<B>, { messaging, rights }: ConnectedClient) {
    this.#messaging = messaging;
    // Built from the manifest, which was emitted from the body that the type is derived from.
    this.rpc = rpcClient(contract, messaging, rights) as RpcClient<B>;
  }

  /**
   * Connects. Errors: `trellis.connection.*` when no server answers, `trellis.session.refused` when the
   * key is not known or was revoked.
   */
  static connect<const B extends ContractBody>(
    options: ClientOptions<B>,
  ): AsyncResult<TrellisClient<B>, TransportError> {
    return new AsyncResult(connectClient(options))
      .map((connected) => new TrellisClient(options.contract, connected));
  }

  /** This client's session, the last token of the subjects it calls. */
  get session(): string {
    return this.#messaging.session;
  }

  /** Closes the connection; calls that still wait fail. */
  close(): Promise<void> {
    return this.#messaging.close();
  }

  /** Closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A connection, and what is known of the rights of its session. */
interface ConnectedClient {
  readonly messaging: NatsMessaging;
  /** Missing where nothing is enforced, and for who needs no capabilities. */
  readonly rights?: SessionRights;
}

async function connectClient<B extends ContractBody>(
  options: ClientOptions<B>,
): Promise<Result<ConnectedClient, TransportError>> {
  const connected = (await connectParticipant(options)).take();
  if (isErr(connected)) return connected;
  const { messaging, secured } = connected;
  if (!secured) return ok({ messaging });
  const rights = (await SessionRights.open(messaging, options.contract)).take();
  if (!isErr(rights)) return ok(rights === undefined ? { messaging } : { messaging, rights });
  await messaging.close();
  return rights;
}
