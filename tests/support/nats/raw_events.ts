/** The stream of events as any other NATS tool sees it. */
import { jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";

const STREAM = "trellis_events";

/** A stored event. */
export interface RawEvent {
  readonly subject: string;
  readonly text: string;
  /** Every header, with its first value. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The raw view of one server. */
export class RawEvents {
  readonly #connection: NatsConnection;

  /** @param connection any connection to the server */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Configuration of the stream. */
  async config(): Promise<StreamConfig> {
    return (await (await this.#manager()).streams.info(STREAM)).config;
  }

  /** Makes a stream as another tool would. */
  async add(config: Partial<StreamConfig> & { name: string }): Promise<void> {
    await (await this.#manager()).streams.add(config);
  }

  /** Changes the stream. */
  async change(config: Partial<StreamConfig>): Promise<void> {
    await (await this.#manager()).streams.update(STREAM, config);
  }

  /** Removes the stream. */
  async remove(): Promise<void> {
    await (await this.#manager()).streams.delete(STREAM);
  }

  /** Everything that is stored, oldest first. */
  async all(): Promise<readonly RawEvent[]> {
    const manager = await this.#manager();
    const { state } = await manager.streams.info(STREAM);
    const events: RawEvent[] = [];
    if (state.messages === 0) return events;
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(STREAM, { seq });
      if (message === null) continue;
      const headers: Record<string, string> = {};
      for (const [name, values] of message.header) headers[name] = values[0] ?? "";
      events.push({ subject: message.subject, text: message.string(), headers });
    }
    return events;
  }

  /** Publishes as a program without Trellis does. */
  async publish(subject: string, text: string): Promise<void> {
    this.#connection.publish(subject, text);
    await this.#connection.flush();
  }

  /** Answers whatever is published on a subject, as a subscriber without manners. */
  async answerEach(subject: string, text: string): Promise<void> {
    this.#connection.subscribe(subject, { callback: (_, message) => void message.respond(text) });
    await this.#connection.flush();
  }

  #manager() {
    return jetstreamManager(this.#connection, { checkAPI: false });
  }
}
