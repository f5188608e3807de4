import { TcpProxy } from "./tcp_proxy.ts";

/** A message on its way; the payload is what follows its headers. */
export interface ProxiedMessage {
  readonly subject: string;
  readonly payload: string;
}

/** Answers the payload to pass on, undefined to drop the message. */
export type MessageFilter = (message: ProxiedMessage) => string | undefined;

/**
 * Stands between a client and a server, understands what they say, and can drop or change messages
 * in both directions.
 */
export class MessageProxy extends TcpProxy {
  /** Subjects of what the client has published, dropped messages included. */
  readonly published: string[] = [];
  /** Of what the client publishes. */
  fromClient: MessageFilter = ({ payload }) => payload;
  /** Of what the server delivers. */
  fromServer: MessageFilter = ({ payload }) => payload;

  /** @param target address of the server, on this machine */
  constructor(target: string) {
    super(target, () => ({
      fromClient: filtered((message) => {
        this.published.push(message.subject);
        return this.fromClient(message);
      }),
      fromServer: filtered((message) => this.fromServer(message)),
    }));
  }
}

/** Filters the messages of one direction of a connection. */
function filtered(filter: MessageFilter): (bytes: Uint8Array) => Uint8Array {
  let rest = "";
  return (bytes) => {
    const { passed, left } = filterFrames(rest + latin1(bytes), filter);
    rest = left;
    return Uint8Array.from(passed, (character) => character.charCodeAt(0));
  };
}

/** One character for each byte, so that lengths are those of the protocol. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return text;
}

function filterFrames(
  text: string,
  filter: MessageFilter,
): { passed: string; left: string } {
  let passed = "";
  for (let at = 0;;) {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return { passed, left: text.slice(at) };
    const line = text.slice(at, end);
    const parts = line.split(" ");
    const verb = parts[0] ?? "";
    if (!["MSG", "HMSG", "PUB", "HPUB"].includes(verb)) {
      passed += `${line}\r\n`;
      at = end + 2;
      continue;
    }
    const size = Number(parts.at(-1));
    const header = verb.startsWith("H") ? Number(parts.at(-2)) : 0;
    const next = end + 2 + size + 2;
    if (text.length < next) return { passed, left: text.slice(at) };
    const body = text.slice(end + 2, end + 2 + size);
    const payload = filter({ subject: parts[1] ?? "", payload: body.slice(header) });
    if (payload !== undefined) {
      const changed = body.slice(0, header) + payload;
      const front = parts.slice(0, -1).join(" ");
      passed += `${front} ${changed.length}\r\n${changed}\r\n`;
    }
    at = next;
  }
}
