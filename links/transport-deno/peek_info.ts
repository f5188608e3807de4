import { ConnectionError, ProtocolError, type ServerInfo } from "@nats-io/nats-core";
import { DataBuffer, extractProtocolMessage, INFO } from "@nats-io/nats-core/internal";
import type { FrameReader } from "./frame_reader.ts";

/** What the server says before anything else. */
export interface ServerGreeting {
  /** The parsed INFO. */
  readonly info: ServerInfo;
  /** Everything read so far, for the protocol handler, which parses the INFO again. */
  readonly bytes: Uint8Array;
  /** True when bytes after the INFO line have been read already. */
  readonly hasMore: boolean;
}

/** Far more than any INFO; a peer that sends this much without a line break is no NATS server. */
const INFO_LIMIT_BYTES = 1024 * 1024;

/** Reads up to the end of the INFO line. Rejects with `ConnectionError` or `ProtocolError` when there is none. */
export async function peekInfo(reader: FrameReader): Promise<ServerGreeting> {
  const seen = new DataBuffer();
  while (seen.size() < INFO_LIMIT_BYTES) {
    const frame = await reader.read();
    if (frame === null) {
      throw new ConnectionError("the server closed the connection before it sent INFO");
    }
    seen.fill(frame);
    const bytes = seen.peek();
    const line = extractProtocolMessage(bytes);
    if (line !== "") {
      const lineBytes = new TextEncoder().encode(line).length;
      return { info: parseInfo(line), bytes, hasMore: bytes.length > lineBytes };
    }
  }
  throw notNats();
}

function parseInfo(line: string): ServerInfo {
  const json = INFO.exec(line)?.[1];
  if (json === undefined) throw notNats();
  try {
    const info: ServerInfo | null = JSON.parse(json);
    if (typeof info === "object" && info !== null) return info;
  } catch {
    // Reported below: it does not matter in which way the line is wrong.
  }
  throw notNats();
}

function notNats(): ProtocolError {
  return new ProtocolError(
    "the peer does not answer like a NATS server; check the host and port, and `tls.handshakeFirst`",
  );
}
