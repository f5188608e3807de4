import {
  type ConnectionOptions,
  hasWsProtocol,
  InvalidArgumentError,
  type NatsConnection,
} from "@nats-io/nats-core";
import { NatsConnectionImpl, setTransportFactory } from "@nats-io/nats-core/internal";
import { DenoTransport } from "./deno_transport.ts";
import { resolveHost } from "./resolve_host.ts";

/**
 * Connects to a NATS server over TCP or TLS, by default to `127.0.0.1:4222`.
 *
 * Rejects with a `ConnectionError` when no server accepts the connection, with an `AuthorizationError` when the
 * server refuses the credentials, and with an `InvalidArgumentError` when the options contradict each other.
 * A server that hangs up during authentication without saying why is noticed when `timeout` (ms) passes.
 */
export function connect(opts: ConnectionOptions = {}): Promise<NatsConnection> {
  if (hasWsProtocol(opts)) {
    return Promise.reject(
      InvalidArgumentError.format(
        "servers",
        "cannot be websocket addresses here; use 'wsconnect' for those",
      ),
    );
  }
  setTransportFactory({ factory: () => new DenoTransport(), dnsResolveFn: resolveHost });
  return NatsConnectionImpl.connect(opts);
}
