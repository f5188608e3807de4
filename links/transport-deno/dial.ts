import type { Server } from "@nats-io/nats-core";
import { mayReach } from "./resolve_host.ts";
import type { TlsMaterial } from "./tls_material.ts";
import type { Wire } from "./wire.ts";

/** A connection that is encrypted as soon as its handshake is done. */
export interface SecureWire extends Wire {
  /** Rejects when either side does not trust the other. */
  handshake(): Promise<unknown>;
}

/** A plain connection that can be turned into an encrypted one. */
export interface Dialed {
  /** Not to be used any more after `startTls`. */
  readonly wire: Wire;
  /** Takes the connection over for TLS; the handshake is left to the caller, so that it can be given up. */
  startTls(serverName: string, material: TlsMaterial): Promise<SecureWire>;
}

/** Opens a TCP connection natively. */
export async function dial(server: Server, signal: AbortSignal): Promise<Dialed> {
  const { port } = server;
  const conn = await Deno.connect({ hostname: dialHost(server), port, signal });
  conn.setNoDelay(true);
  return {
    wire: conn,
    startTls: (hostname, { caCerts }) => Deno.startTls(conn, { hostname, caCerts }),
  };
}

/** The host to dial: the resolved address, or the name where the permissions cover only that. */
export function dialHost({ hostname, tlsName, port }: Server): string {
  if (tlsName === "" || tlsName === hostname) return hostname;
  const address = hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
  return mayReach(address) ? hostname : tlsName;
}
