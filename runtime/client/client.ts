import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { AsyncResult, type Result } from "../../contracts/result.ts";
import type { RpcClient, UsedCalls } from "./client_types.ts";
import type { OperationClient } from "../operations/operation_types.ts";
import type { FeedClient } from "../feeds/feed_types.ts";
import type { EventSubscriptions } from "../events/event_types.ts";
import type { CallError } from "../rpc/rpc_call.ts";
import type { FetchFile } from "../transfer/receive/file_download.ts";
import type { ClientLogin } from "./client_login.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { ClientConnection } from "./client_connection.ts";
import type { ConnectedClient } from "./connect_client.ts";
import { loadConnecting } from "./connecting.ts";
import type { StateClient } from "../state/state_client.ts";

/** How a client connects. */
export interface ClientOptions<B extends ContractBody> {
  /** What it runs under: it may call the RPCs that this contract uses and declares. */
  readonly contract: Contract<B>;
  /**
   * Where NATS is, one address or several, or where its portal is, as `https://trellis.example.org`, which
   * names the servers; `NATS_URL`, or the local server, unless given.
   */
  readonly trellisUrl?: string | readonly string[];
  /** What the server's list of connections calls this client; the contract's id unless given. */
  readonly name?: string;
  /**
   * Seed of the key, `SU…`, that says who calls, for servers that are secured;
   * `TRELLIS_SESSION_KEY_SEED` unless given.
   */
  readonly sessionKeySeed?: string | undefined;
  /**
   * Who the caller says it is on an open server, so that it has state there: letters, digits, `-` and `_`.
   * Nobody checks it. Servers that are secured know who calls, and ignore it.
   */
  readonly unverifiedId?: string | undefined;
  /** In place of a seed, a key that signs: a page's `BrowserKey`, which has none. */
  readonly sessionKey?: SessionKey | undefined;
  /**
   * Has a person log in where the key lets nobody in, or there is none; nobody is asked unless given.
   * `"page"` is for web pages: it takes the key that is kept in this browser, and sends the browser to the
   * portal where that is not good. The page is loaded again when the person comes back.
   */
  readonly login?: ClientLogin | "page";
  /**
   * Milliseconds to wait for a server that does not answer yet, for what the contract requires of others
   * to be accepted, and for a person to approve the contract or activate the device; 0 unless given.
   */
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
  /** The operations that the contract uses and declares: `client.operation.report.export.start({ … })`. */
  readonly operation: OperationClient<B>;
  /** The feeds that the contract uses and declares: `client.feed.order.changes({ … })`. */
  readonly feed: FeedClient<B>;
  /** The events that the contract uses to subscribe to them: `client.event.orders.placed.subscribe()`. */
  readonly event: EventSubscriptions<B>;
  /**
   * What the contract uses, by its aliases: `client.used.orders.rpc.orders.get`. One that declares state uses
   * Trellis' calls for it as well, under `state`.
   */
  readonly used: UsedCalls<B>;
  /**
   * The caller's own state, by the stores that the contract declares: `client.state.preferences.get()`.
   * Awaited, its methods give the value itself and throw their errors; `take()` gives an error as a value.
   */
  readonly state: StateClient<B>;
  /**
   * Fetches a file by the grant in an answer: `await client.transfer(answer.file).bytes()`. What breaks on the way is
   * gone on with.
   */
  readonly transfer: FetchFile;
  /** Whether calls can be made at this moment, why not, and the changes of that. */
  readonly connection: ClientConnection;
  readonly #messaging: NatsMessaging;
  readonly #logOut: () => Promise<Result<void, CallError>>;

  private constructor({ messaging, surfaces, connection, logOut }: ConnectedClient) {
    this.#messaging = messaging;
    this.#logOut = logOut;
    this.connection = connection;
    const { rpc, operation, feed, event, used, state, transfer } = surfaces;
    this.transfer = transfer;
    // Built from the manifest, which was emitted from the body that the type is derived from.
    this.rpc = rpc as RpcClient<B>;
    this.operation = operation as OperationClient<B>;
    this.feed = feed as FeedClient<B>;
    this.event = event as EventSubscriptions<B>;
    this.used = used as UsedCalls<B>;
    this.state = state as StateClient<B>;
  }

  /**
   * Connects. Errors: `trellis.connection.*` when no server answers, `trellis.session.refused` when the
   * key is not known or was revoked, `trellis.login.*` when nobody logs in, `trellis.session.pending`
   * while it waits for a person's approval, `trellis.use.missing` when something that the contract
   * requires is not accepted.
   */
  static connect<const B extends ContractBody>(
    options: ClientOptions<B>,
  ): AsyncResult<TrellisClient<B>, TransportError> {
    return new AsyncResult(connect(options))
      .map((connected) => new TrellisClient<B>(connected));
  }

  /** This client's session, the last token of the subjects it calls. */
  get session(): string {
    return this.#messaging.session;
  }

  /** Ends the session for good, and closes: its key lets nobody in any more. */
  logOut(): AsyncResult<void, CallError> {
    return new AsyncResult(this.#logOut());
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

async function connect<B extends ContractBody>(
  options: ClientOptions<B>,
): Promise<Result<ConnectedClient, TransportError>> {
  const connectClient = await loadConnecting();
  return await connectClient(options);
}
