import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Server } from "@nats-io/nats-core";
import { type Dialed, dialHost, type SecureWire } from "./dial.ts";
import { SocketWire } from "./socket_wire.ts";
import type { TlsMaterial } from "./tls_material.ts";

/**
 * Opens a TCP connection that can show a client certificate.
 * `Deno.startTls` takes none, so these connections, and only these, go through `node:net` and `node:tls`.
 */
export async function dialWithCertificate(server: Server, signal: AbortSignal): Promise<Dialed> {
  const socket = connectTcp({ host: dialHost(server), port: server.port, noDelay: true, signal });
  await settled(socket, "connect");
  const wire = new SocketWire(socket);
  return {
    wire,
    startTls: (serverName, material) => {
      wire.release();
      return Promise.resolve(new NodeTlsWire(startTls(socket, serverName, material)));
    },
  };
}

class NodeTlsWire extends SocketWire implements SecureWire {
  readonly #handshake: Promise<void>;

  constructor(socket: TLSSocket) {
    super(socket);
    this.#handshake = settled(socket, "secureConnect");
    // Nobody may be waiting when it fails; the one who asks later still gets the error.
    this.#handshake.catch(() => {});
  }

  handshake(): Promise<void> {
    return this.#handshake;
  }
}

function startTls(socket: Socket, host: string, { caCerts, client }: TlsMaterial): TLSSocket {
  return connectTls({
    socket,
    host,
    // Without a CA of its own the connection trusts what the runtime trusts.
    ca: caCerts.length === 0 ? undefined : caCerts,
    cert: client?.cert,
    key: client?.key,
  });
}

/** Resolves when `event` comes; rejects when the socket fails or ends before. */
function settled(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ended = () => reject(new Error("the peer closed the connection"));
  const done = () => {
    socket.off(event, resolve).off("error", reject).off("close", ended);
  };
  // The listener of last resort: without one, a late error would end the process.
  socket.on("error", () => {});
  socket.once(event, resolve).once("error", reject).once("close", ended);
  return promise.finally(done);
}
