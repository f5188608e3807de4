import type { MsgHdrs, NatsConnection, ServerInfo, Status } from "@nats-io/nats-core";

/** A message as it has arrived. */
export interface WireMessage {
  readonly subject: string;
  /** Where an answer is to go. */
  readonly reply?: string | undefined;
  /** The body. */
  readonly data: Uint8Array;
  /** The header block, of an own connection; empty without one. */
  readonly headerBytes?: Uint8Array;
  /** The headers, of a message of NATS' library. */
  readonly headers?: MsgHdrs | undefined;
}

/** What goes on the wire with a message, beside its body. */
export interface SendOptions {
  readonly reply?: string;
  readonly headers?: MsgHdrs | HeaderBytes | undefined;
}

/** Headers that are bytes already: what NATS' library asks of those that it sends. */
export interface HeaderBytes {
  encode(): Uint8Array;
}

/** How a subject is subscribed. */
export interface SubscribeOptions {
  /** Members of one queue group share the messages. */
  readonly queue?: string;
  /** Is given each message, or why the server does not allow the subscription. */
  readonly callback: (cause: Error | null, msg: WireMessage) => void;
}

/** A subscription on one connection. */
export interface LinkSubscription {
  /** Resolves when no further message comes. */
  readonly closed: Promise<void | Error>;
  isClosed(): boolean;
  unsubscribe(): void;
  /** Takes what is on its way, and no further message. */
  drain(): Promise<void>;
}

/** A connection, as far as clients need one: that of NATS' library over TCP, an own one over WebSocket. */
export interface Link {
  /** What the server has said about itself; undefined while there is no connection. */
  readonly info?: ServerInfo | undefined;
  publish(subject: string, payload?: Uint8Array | string, options?: SendOptions): void;
  subscribe(subject: string, options: SubscribeOptions): LinkSubscription;
  request(
    subject: string,
    payload: string,
    options: { readonly timeout: number },
  ): Promise<WireMessage>;
  /** Resolves when the server has all that was published. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Resolves when it is over for good, with the reason if it was not asked for. */
  closed(): Promise<void | Error>;
  isClosed(): boolean;
  /** The server of the moment, as `127.0.0.1:4222`. */
  getServer(): string;
  /** What happens from now on, until it is over. */
  status(): AsyncIterable<Status>;
}

/** The connection of NATS' library, which its other packages take. Throws over WebSocket. */
export function libraryConnection(link: Link): NatsConnection {
  if (isOfLibrary(link)) return link;
  throw new TypeError("over WebSocket there is no connection of NATS' own library");
}

function isOfLibrary(link: Link): link is NatsConnection {
  return "requestMany" in link;
}
