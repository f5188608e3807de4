import { consumedMessages } from "../../../runtime/nats/buckets/consumed_messages.ts";
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
    const options = { stream, batch: BATCH, silenceMs: SILENCE_MS };
    for await (const message of consumedMessages(consumer, options)) {
      yield message;
      if (message.info.pending === 0) return;
    }
  } finally {
    // Without a connection the server forgets it by itself.
    await manager.consumers.delete(stream, name).catch(() => {});
  }
}
