import { NANOS_PER_MS } from "../../../runtime/nats/jetstream/nanos.ts";
import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamManager,
  type JsMsg,
  ReplayPolicy,
} from "@nats-io/jetstream";
import { nuid } from "@nats-io/nats-core";

/** Messages that are fetched at once. */
const BATCH = 500;
/** How long the server may say nothing in the middle of it, in milliseconds. */
const SILENCE_MS = 10_000;
/** After so long without a request the server forgets the consumer by itself. */
const INACTIVE_MS = 60_000;

/** Which messages are read. */
export interface NewestOptions {
  readonly stream: string;
  /** Subjects, with wildcards. */
  readonly filters: readonly string[];
  /** True to leave out the data. */
  readonly headersOnly: boolean;
}

/**
 * The newest message of each subject, in order, no more than a batch at a time in memory. What is
 * written meanwhile may come too. Throws what the server refuses, when it is silent, and where one was missed.
 */
export async function* newestMessages(
  manager: JetStreamManager,
  { stream, filters, headersOnly }: NewestOptions,
): AsyncGenerator<JsMsg> {
  const name = `trellis_collect_${nuid.next()}`;
  const created = await manager.consumers.add(stream, {
    name,
    filter_subjects: [...filters],
    deliver_policy: DeliverPolicy.LastPerSubject,
    ack_policy: AckPolicy.None,
    replay_policy: ReplayPolicy.Instant,
    headers_only: headersOnly,
    inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  });
  try {
    if (created.num_pending === 0) return;
    const consumer = await manager.jetstream().consumers.get(stream, name);
    for (let given = 0;;) {
      const before = given;
      for await (
        const message of await consumer.fetch({ max_messages: BATCH, expires: SILENCE_MS })
      ) {
        // What was on its way when the connection was lost does not come again.
        if (message.info.deliverySequence !== ++given) {
          throw new Error(`a part of ${stream} was missed`);
        }
        yield message;
        if (message.info.pending === 0) return;
      }
      if (given === before) throw new Error(`nothing came from ${stream} for ${SILENCE_MS} ms`);
    }
  } finally {
    // Without a connection the server forgets it by itself.
    await manager.consumers.delete(stream, name).catch(() => {});
  }
}
