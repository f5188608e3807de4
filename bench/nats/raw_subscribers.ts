import { connect, type NatsConnection } from "@nats-io/transport-deno";

/** What many subscribe to. */
export interface RawSubscribing {
  readonly connections: number;
  readonly subscribers: number;
  /** Followed by the number of the subscriber. */
  readonly subject: string;
  readonly take: (text: string) => void;
}

/** Many subscriptions of the client library, each to a subject of its own, over a few connections. */
export class RawSubscribers implements AsyncDisposable {
  readonly #connections: readonly NatsConnection[];

  private constructor(connections: readonly NatsConnection[]) {
    this.#connections = connections;
  }

  /** Subscribes; the server knows of all when it resolves. */
  static async open(
    servers: string,
    { connections, subscribers, subject, take }: RawSubscribing,
  ): Promise<RawSubscribers> {
    const opened: NatsConnection[] = [];
    for (let n = 0; n < connections; n++) opened.push(await connect({ servers }));
    for (let n = 0; n < subscribers; n++) {
      opened[n % connections]?.subscribe(`${subject}.${n}`, {
        callback: (_error, message) => take(message.string()),
      });
    }
    await Promise.all(opened.map((connection) => connection.flush()));
    return new RawSubscribers(opened);
  }

  /** Closes them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}
