import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { type NatsConnection, nuid } from "@nats-io/nats-core";
import { isDeletionMarker } from "../jetstream/deletion_marker.ts";
import { orGone } from "../jetstream/library_api_code.ts";
import { NANOS_PER_MS } from "../jetstream/nanos.ts";

/** Messages that are asked for at once: few enough for any buffer, however slowly they are read. */
const BATCH = 250;
/** Milliseconds that a batch may take. */
const BATCH_MS = 3000;
/** Milliseconds without a request after which the server forgets what it has told. */
const FORGOTTEN_AFTER_MS = 60_000;

/** What a bucket holds under a key. */
export interface LatestEntry {
  readonly key: string;
  string(): string;
}

/**
 * The latest value of each key of a bucket, some hundred at once and never all. Any replica may give them, when it has
 * all that its leader had at the beginning. A key that is written meanwhile may come twice; the later value is the newer
 * one. Throws what the library throws, and where the bucket does not answer any more.
 *
 * @param most of more keys it is not known which are read
 */
export async function* latestEntries(
  connection: NatsConnection,
  bucket: string,
  most = Infinity,
): AsyncIterable<LatestEntry> {
  const stream = `KV_${bucket}`;
  const subject = `$KV.${bucket}.`;
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const filter = `${subject}>`;
  const newest = await orGone(manager.streams.getMessage(stream, { last_by_subj: filter }));
  if (!newest || most <= 0) return;
  const { name } = await manager.consumers.add(stream, {
    name: `trellis_latest_${nuid.next()}`,
    filter_subject: filter,
    deliver_policy: DeliverPolicy.LastPerSubject,
    ack_policy: AckPolicy.None,
    inactive_threshold: FORGOTTEN_AFTER_MS * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  });
  let isLost = false;
  try {
    const consumer = await jetstream(connection).consumers.get(stream, name);
    let given = 0;
    for await (const message of messagesUntil(newest.seq, consumer)) {
      if (isDeletionMarker((header) => message.headers?.get(header))) continue;
      yield { key: message.subject.slice(subject.length), string: () => message.string() };
      if (++given >= most) return;
    }
  } catch (cause) {
    isLost = true;
    throw cause;
  } finally {
    // Where nobody answers it would only wait; the server forgets the consumer by itself.
    if (!isLost) await manager.consumers.delete(stream, name).catch(() => {});
  }
}

/** All messages of a consumer, which has them all only when it knows of a sequence. */
async function* messagesUntil(sequence: number, consumer: Consumer): AsyncIterable<JsMsg> {
  for (let isOver = false; !isOver;) {
    let count = 0;
    for await (const msg of await consumer.fetch({ max_messages: BATCH, expires: BATCH_MS })) {
      count++;
      yield msg;
      isOver = msg.info.pending === 0 && msg.seq >= sequence;
      if (isOver) break;
    }
    if (count === 0) throw new Error("the bucket does not say what else it holds");
  }
}
