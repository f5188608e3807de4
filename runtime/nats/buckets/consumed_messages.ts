import type { Consumer, JsMsg } from "@nats-io/jetstream";

/** How a consumer is read. */
export interface ConsumedOptions {
  /** The stream, to be named where that fails. */
  readonly stream: string;
  /** Messages that are asked for at once. */
  readonly batch: number;
  /** How long the server may say nothing, in milliseconds. */
  readonly silenceMs: number;
}

/**
 * The messages of a consumer without acknowledgements that nobody else reads, until whoever takes them stops. Throws
 * when the server is silent, and where one was missed: what was on its way when the connection was lost does not come
 * again.
 */
export async function* consumedMessages(
  consumer: Consumer,
  { stream, batch, silenceMs }: ConsumedOptions,
): AsyncGenerator<JsMsg, never> {
  for (let given = 0;;) {
    const before = given;
    for await (const msg of await consumer.fetch({ max_messages: batch, expires: silenceMs })) {
      if (msg.info.deliverySequence !== ++given) throw new Error(`a part of ${stream} was missed`);
      yield msg;
    }
    if (given === before) throw new Error(`nothing came from ${stream} for ${silenceMs} ms`);
  }
}
