import {
  type ConnectionOptions,
  ProtocolError,
  type Server,
  type ServerInfo,
} from "@nats-io/nats-core";
import { checkOptions } from "@nats-io/nats-core/internal";
import { connectFailure } from "./connect_failure.ts";
import { dial, type Dialed, type SecureWire } from "./dial.ts";
import { dialWithCertificate } from "./dial_with_certificate.ts";
import { FrameReader } from "./frame_reader.ts";
import { peekInfo } from "./peek_info.ts";
import { loadTlsMaterial, type TlsMaterial } from "./tls_material.ts";
import { closeQuietly, type Wire } from "./wire.ts";

/** A connection over which the server has introduced itself. */
export interface OpenedWire {
  readonly wire: Wire;
  readonly reader: FrameReader;
  readonly encrypted: boolean;
  /** What was read so far: INFO, and perhaps more. */
  readonly received: Uint8Array;
}

/**
 * Connects to one server, reads its INFO and, where server or options ask for it, turns to TLS.
 * Rejects with the errors of `connectFailure`; whatever was opened is closed then.
 * Aborting `signal` gives the attempt up at any point.
 */
export async function openWire(
  server: Server,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<OpenedWire> {
  try {
    const material = await loadTlsMaterial(options.tls);
    const dialed = material.client === undefined
      ? await dial(server, signal)
      : await dialWithCertificate(server, signal);
    return await introduce(dialed, server, options, material, signal);
  } catch (err) {
    throw connectFailure(err, server.listen);
  }
}

async function introduce(
  dialed: Dialed,
  server: Server,
  options: ConnectionOptions,
  material: TlsMaterial,
  signal: AbortSignal,
): Promise<OpenedWire> {
  let wire: Wire = dialed.wire;
  const giveUp = () => closeQuietly(wire);
  const secure = async (): Promise<void> => {
    const secured: SecureWire = await dialed.startTls(server.tlsName || server.hostname, material);
    wire = secured;
    signal.throwIfAborted();
    await secured.handshake();
  };
  signal.addEventListener("abort", giveUp);
  try {
    signal.throwIfAborted();
    const handshakeFirst = options.tls?.handshakeFirst === true;
    if (handshakeFirst) await secure();
    let reader = new FrameReader(wire);
    const { info, bytes, hasMore } = await peekInfo(reader);
    checkOptions(info, options);
    const upgrade = !handshakeFirst && wantsTls(info, options);
    if (upgrade) {
      // Bytes that came in the clear must not be taken for what the encrypted peer said.
      if (hasMore) throw new ProtocolError("the server sent more than INFO before TLS started");
      await secure();
      reader = new FrameReader(wire);
    }
    signal.throwIfAborted();
    return { wire, reader, encrypted: handshakeFirst || upgrade, received: bytes };
  } catch (err) {
    closeQuietly(wire);
    throw err;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** `tls: null` declines what a server merely offers; what it requires is not up to the client. */
function wantsTls(info: ServerInfo, options: ConnectionOptions): boolean {
  return info.tls_required === true || (info.tls_available === true && options.tls !== null);
}
