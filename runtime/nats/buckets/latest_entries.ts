import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { type NatsConnection, nuid } from "@nats-io/nats-core";
import { consumedMessages } from "./consumed_messages.ts";
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
 * all that its leader had at the beginning. A key that is written meanwhile may come several times; of its values the
 * last is the newest. Throws what the library throws, and where the bucket does not answer any more.
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
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const newest = await orGone(streams.getMessage(stream, { last_by_subj: `${subject}>` }));
  if (!newest || most <= 0) return;
  let given = 0;
  for (let after = 0, isOver = false; !isOver;) {
    const begun = after;
    try {
      for await (
        const message of messagesAfter(after, newest.seq, `${subject}>`, stream, connection)
      ) {
        after = message.seq;
        if (isDeletionMarker((header) => message.headers?.get(header))) continue;
        yield { key: message.subject.slice(subject.length), string: () => message.string() };
        if (++given >= most) return;
      }
      isOver = true;
    } catch (cause) {
      // What was on its way when the connection was lost does not come again: it is asked for what follows.
      if (after === begun) throw cause;
    }
  }
}

/**
 * The latest messages of each subject, in the order of the stream; behind a sequence all, since it is not known any more
 * which are the latest. Throws where one was missed.
 *
 * @param until a sequence that a replica has to know of, to have them all
 */
async function* messagesAfter(
  after: number,
  until: number,
  filter: string,
  stream: string,
  connection: NatsConnection,
): AsyncIterable<JsMsg> {
  const { consumers } = await jetstreamManager(connection, { checkAPI: false });
  const { name } = await consumers.add(stream, {
    name: `trellis_latest_${nuid.next()}`,
    filter_subject: filter,
    ...(after === 0
      ? { deliver_policy: DeliverPolicy.LastPerSubject }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 }),
    ack_policy: AckPolicy.None,
    inactive_threshold: FORGOTTEN_AFTER_MS * NANOS_PER_MS,
    mem_storage: true,
    num_replicas: 1,
  });
  let isLost = false;
  try {
    const consumer = await jetstream(connection).consumers.get(stream, name);
    const options = { stream, batch: BATCH, silenceMs: BATCH_MS };
    for await (const msg of consumedMessages(consumer, options)) {
      yield msg;
      if (msg.info.pending === 0 && msg.seq >= until) return;
    }
  } catch (cause) {
    isLost = true;
    throw cause;
  } finally {
    // Where nobody answers it would only wait; the server forgets the consumer by itself.
    if (!isLost) await consumers.delete(stream, name).catch(() => {});
  }
}
