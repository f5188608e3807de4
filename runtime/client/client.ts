import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { RpcClient } from "./client_types.ts";
import { serversFor, sessionKeyFor } from "../host/environment.ts";
import { isSecured } from "../nats/connection.ts";
import { connectMessaging, type NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { refusedSession, requestBootstrap } from "../session/request_bootstrap.ts";
import { rpcClient } from "../rpc/rpc_caller.ts";

/** How a client connects. */
export interface ClientOptions<B extends ContractBody> {
  /** What it runs under: it may call the RPCs that this contract uses and declares. */
  readonly contract: Contract<B>;
  /** NATS servers; `NATS_URL`, or the local one, unless given. */
  readonly servers?: string | readonly string[];
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

  private constructor(contract: Contract<B>, messaging: NatsMessaging) {
    this.#messaging = messaging;
    // Built from the manifest, which was emitted from the body that the type is derived from.
    this.rpc = rpcClient(contract, messaging) as RpcClient<B>;
  }

  /**
   * Connects. Errors: `trellis.connection.*` when no server answers, `trellis.session.refused` when the
   * key is not known or was revoked.
   */
  static connect<const B extends ContractBody>(
    options: ClientOptions<B>,
  ): AsyncResult<TrellisClient<B>, TransportError> {
    return new AsyncResult(connectClient(options))
      .map((messaging) => new TrellisClient(options.contract, messaging));
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

async function connectClient<B extends ContractBody>(
  { contract, servers, sessionKeySeed, waitMs }: ClientOptions<B>,
): Promise<Result<NatsMessaging, TransportError>> {
  const key = sessionKeyFor(sessionKeySeed);
  const messaging = (await connectMessaging({
    servers: serversFor(servers),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(key === undefined ? {} : { key }),
    name: contract.id,
    contractDigest: contract.digest,
  })).take();
  if (isErr(messaging) || key === undefined || !isSecured(messaging.connection)) {
    return isErr(messaging) ? messaging : ok(messaging);
  }
  const { id, digest } = contract;
  const bootstrap = await requestBootstrap(messaging, { contract: { id, digest } });
  if (bootstrap.isOk() && bootstrap.value.state === "admitted") {
    messaging.identify(bootstrap.value.principal);
    return ok(messaging);
  }
  await messaging.close();
  if (bootstrap.isErr()) return err(bootstrap.error);
  const { value } = bootstrap;
  return err(refusedSession(value.state === "limbo" ? value.reason : "login_required", contract));
}
