import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { ConsumerMessages } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-deno";

/** A durable consumer through the client library alone: JSON without validation, acknowledged once. */
export interface RawConsumer extends AsyncDisposable {
  /** Handles what comes; the library hands over as much as it has asked for. */
  consume(handle: (event: unknown) => void): Promise<ConsumerMessages>;
  /** Hears events of one subject as they are published, without a consumer. */
  subscribe(subject: string, handle: (event: unknown) => void): Promise<RawSubscription>;
  /** Stores an event, acknowledged. */
  publish(body: unknown): Promise<unknown>;
  /** Stores many events of one subject quickly, and resolves when the stream has them. */
  fill(subject: string, bodies: Iterable<unknown>): Promise<void>;
}

/** A subscription, and what publishes to it. */
export interface RawSubscription extends Disposable {
  /** Stores an event, acknowledged. */
  publish(body: unknown): Promise<unknown>;
}

/** Opens a consumer of its own on a stream, for one subject. */
export async function openRawConsumer(
  servers: string,
  stream: string,
  subject: string,
  atOnce: number,
): Promise<RawConsumer> {
  const connection = await connect({ servers });
  const durable = `raw_${crypto.randomUUID()}`;
  const js = jetstream(connection);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await manager.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.New,
    filter_subject: subject,
    max_ack_pending: atOnce,
  });
  const consumer = await js.consumers.get(stream, durable);
  return {
    consume: (handle) =>
      consumer.consume({
        max_messages: atOnce,
        callback: (msg) => {
          handle(msg.json());
          msg.ack();
        },
      }),
    async subscribe(subject, handle) {
      const subscription = connection.subscribe(subject, {
        callback: (_, msg) => handle(msg.json()),
      });
      await connection.flush();
      return {
        publish: (body) => js.publish(subject, JSON.stringify(body)),
        [Symbol.dispose]: () => subscription.unsubscribe(),
      };
    },
    publish: (body) => js.publish(subject, JSON.stringify(body)),
    async fill(subject, bodies) {
      let last = (await manager.streams.info(stream)).state.last_seq;
      for (const body of bodies) {
        connection.publish(subject, JSON.stringify(body));
        if (++last % 1000 === 0) await connection.flush();
      }
      await connection.flush();
      while ((await manager.streams.info(stream)).state.last_seq < last) await connection.flush();
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
