/** Groups as any other NATS tool sees and disturbs them, past everything that Trellis does. */
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/nats-core";
import { NatsWorkStreams } from "../../../reconcile/nats/consumers/nats_work_streams.ts";
import type { WorkStreams } from "../../../reconcile/resources/work_streams.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";

/** The reconciler's own view of streams and consumers, to stand between it and the server. */
export async function openWork(connection: NatsConnection): Promise<WorkStreams> {
  const manager = await jetstreamManager(connection);
  const version = connection.info?.version ?? "";
  return new NatsWorkStreams(manager, new ConnectionGate(connection), version);
}

/** The raw view of one server. */
export class RawGroups {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  #published = 0;

  private constructor(client: JetStreamClient, manager: JetStreamManager) {
    this.#client = client;
    this.#manager = manager;
  }

  /** @param connection any connection to the server */
  static async open(connection: NatsConnection): Promise<RawGroups> {
    return new RawGroups(jetstream(connection), await jetstreamManager(connection));
  }

  /** Publishes an event of the bank as services do; the ids are `event-1`, `event-2`, … */
  async publish(
    account: string,
    name = "Account.Moved",
    id = `event-${++this.#published}`,
  ): Promise<string> {
    const header = headers();
    header.set("Nats-Msg-Id", id);
    header.set("Nats-Expected-Stream", "trellis_events");
    header.set("Trellis-Event-Id", id);
    header.set("Trellis-Event-Time", new Date().toISOString());
    const subject = account === "" ? `events.v1.${name}` : `events.v1.${name}.${account}`;
    await this.#client.publish(subject, JSON.stringify({ accountId: account, amount: 1 }), {
      headers: header,
    });
    return id;
  }

  /** Takes up to so many events, and acknowledges them; answers their ids. */
  async take(stream: string, consumer: string, count: number, ack = true): Promise<string[]> {
    const taken: string[] = [];
    const source = await this.#client.consumers.get(stream, consumer);
    while (taken.length < count) {
      if ((await source.info()).num_pending === 0) break;
      const message = await source.next({ expires: 1000 });
      if (message === null) break;
      taken.push(message.headers?.get("Trellis-Event-Id") ?? "");
      if (ack) await message.ackAck();
    }
    return taken;
  }

  /** A consumer, or why there is none. */
  async info(stream: string, consumer: string): Promise<ConsumerInfo | undefined> {
    return await this.#manager.consumers.info(stream, consumer).catch(() => undefined);
  }

  /** The ids of all copies in a stream. */
  async stored(stream: string): Promise<string[]> {
    const { state } = await this.#manager.streams.info(stream);
    const ids: string[] = [];
    if (state.messages === 0) return ids;
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await this.#manager.streams.getMessage(stream, { seq }).catch(() => null);
      if (message !== null) ids.push(message.header.get("Trellis-Event-Id"));
    }
    return ids;
  }

  /** Names of all streams of a prefix, sorted. */
  async streams(prefix: string): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.#manager.streams.names()) {
      if (name.startsWith(prefix)) names.push(name);
    }
    return names.sort();
  }

  /** Keeps a dead letter as a worker does. */
  async bury(subject: string): Promise<void> {
    await this.#client.publish(subject, "{}");
  }

  async change(stream: string, consumer: string, config: Partial<ConsumerConfig>): Promise<void> {
    await this.#manager.consumers.update(stream, consumer, config);
  }

  async changeStream(stream: string, config: Partial<StreamConfig>): Promise<void> {
    await this.#manager.streams.update(stream, config);
  }

  async remove(stream: string, consumer: string): Promise<void> {
    await this.#manager.consumers.delete(stream, consumer);
  }

  async removeStream(stream: string): Promise<void> {
    await this.#manager.streams.delete(stream);
  }

  /** Deletes a stream, and makes it again as it was, without its messages. */
  async remakeStream(stream: string): Promise<void> {
    const { config } = await this.#manager.streams.info(stream);
    await this.#manager.streams.delete(stream);
    await this.#manager.streams.add(config);
  }

  async add(stream: string, durable: string): Promise<void> {
    const config = { durable_name: durable, ack_policy: AckPolicy.Explicit };
    await this.#manager.consumers.add(stream, config);
  }
}
