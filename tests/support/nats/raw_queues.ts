/** Queues as any other NATS tool sees and disturbs them, past everything that Trellis does. */
import {
  type ConsumerConfig,
  type ConsumerInfo,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type JsMsg,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/nats-core";

/** The raw view of one server. */
export class RawQueues {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;

  private constructor(client: JetStreamClient, manager: JetStreamManager) {
    this.#client = client;
    this.#manager = manager;
  }

  /** @param connection any connection to the server */
  static async open(connection: NatsConnection): Promise<RawQueues> {
    return new RawQueues(jetstream(connection), await jetstreamManager(connection));
  }

  /** Queues something as a service does; answers its sequence. */
  async queue(
    subject: string,
    payload: unknown,
    more: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const header = headers();
    header.set("Trellis-Job-Id", subject.slice(subject.lastIndexOf(".") + 1));
    header.set("Trellis-Job-Time", new Date().toISOString());
    for (const [name, value] of Object.entries(more)) header.set(name, value);
    const ack = await this.#client.publish(subject, JSON.stringify(payload), { headers: header });
    return ack.seq;
  }

  /** Takes the next message, or undefined when none comes soon. */
  async take(stream: string, consumer: string, expires = 1000): Promise<JsMsg | undefined> {
    const source = await this.#client.consumers.get(stream, consumer);
    return await source.next({ expires }) ?? undefined;
  }

  /** A consumer, or undefined where there is none. */
  async consumer(stream: string, name: string): Promise<ConsumerInfo | undefined> {
    return await this.#manager.consumers.info(stream, name).catch(() => undefined);
  }

  /** The durable consumers of a stream by name, each with its filters. */
  async consumers(stream: string): Promise<Record<string, readonly string[]>> {
    const found: [string, readonly string[]][] = [];
    for await (const { name, config } of this.#manager.consumers.list(stream)) {
      const one = config.filter_subject ? [config.filter_subject] : [];
      found.push([name, config.filter_subjects ?? one]);
    }
    return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
  }

  /** A stream, or undefined where there is none. */
  async stream(name: string): Promise<StreamInfo | undefined> {
    return await this.#manager.streams.info(name).catch(() => undefined);
  }

  /** The subjects in a stream, with how many messages each has. */
  async subjects(stream: string): Promise<Readonly<Record<string, number>>> {
    const { state } = await this.#manager.streams.info(stream, { subjects_filter: ">" });
    return state.subjects ?? {};
  }

  /** The last message of a subject, with its headers. */
  async last(
    stream: string,
    subject: string,
  ): Promise<{ readonly seq: number; readonly headers: Record<string, string> } | undefined> {
    const found = await this.#manager.streams.getMessage(stream, { last_by_subj: subject })
      .catch(() => null);
    if (found === null) return undefined;
    const entries = [...found.header].map(([name, values]) => [name, values.join(",")]);
    return { seq: found.seq, headers: Object.fromEntries(entries) };
  }

  /** Writes a value of a bucket. */
  async put(bucket: string, key: string, value: unknown): Promise<void> {
    await this.#client.publish(`$KV.${bucket}.${key}`, JSON.stringify(value));
  }

  async change(stream: string, consumer: string, config: Partial<ConsumerConfig>): Promise<void> {
    await this.#manager.consumers.update(stream, consumer, config);
  }

  async changeStream(stream: string, config: Partial<StreamConfig>): Promise<void> {
    await this.#manager.streams.update(stream, config);
  }

  async purge(stream: string): Promise<void> {
    await this.#manager.streams.purge(stream);
  }

  async pause(stream: string, consumer: string, until: Date): Promise<void> {
    await this.#manager.consumers.pause(stream, consumer, until);
  }

  async remove(stream: string, consumer: string): Promise<void> {
    await this.#manager.consumers.delete(stream, consumer);
  }

  async removeMessage(stream: string, seq: number): Promise<void> {
    await this.#manager.streams.deleteMessage(stream, seq);
  }
}
