import { encodeBase64 } from "../../contracts/json/base64.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { KvBucket, StoredRevision } from "../../runtime/kv/kv_bucket.ts";
import type { KVError } from "../../runtime/kv/kv_error.ts";
import { openKvBucket } from "../../runtime/kv/nats/open_typed_kv.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { BucketAnswer, Reading, SentRevision } from "./rehearsal_protocol.ts";

type Opened = Result<KvBucket | undefined, KVError>;

/** Reads the buckets of a deployment for somebody who cannot. One that is not made yet holds nothing. */
export class BucketReader {
  readonly #messaging: NatsMessaging;
  readonly #bindings: Pick<Bindings, "kv" | "projections">;
  readonly #opened = new Map<string, Promise<Opened>>();

  /** Nothing is asked of the server. */
  constructor(messaging: NatsMessaging, bindings: Pick<Bindings, "kv" | "projections">) {
    this.#messaging = messaging;
    this.#bindings = bindings;
  }

  /** Answers a question about a bucket. Never rejects. */
  async read(alias: string, of: Reading): Promise<BucketAnswer> {
    const bucket = (await this.#open(alias)).take();
    if (isErr(bucket)) return { error: bucket.error.toSerializable() };
    if (bucket === undefined) return {};
    const answer = (await answered(bucket, of)).take();
    return isErr(answer) ? { error: answer.error.toSerializable() } : answer;
  }

  #open(alias: string): Promise<Opened> {
    const known = this.#opened.get(alias);
    if (known !== undefined) return known;
    const opening = this.#openNow(alias);
    this.#opened.set(alias, opening);
    return opening;
  }

  async #openNow(alias: string): Promise<Opened> {
    const { kv, projections = {} } = this.#bindings;
    const bound = Object.hasOwn(kv, alias) ? kv[alias] : undefined;
    if (bound === undefined) return ok(undefined);
    const { bucket } = projections[alias] ?? bound;
    const { line: connection, session } = this.#messaging;
    return await openKvBucket({
      connection,
      inboxPrefix: inboxPrefix(session),
      binding: { ...bound, bucket },
    });
  }
}

async function answered(bucket: KvBucket, of: Reading): Promise<Result<BucketAnswer, KVError>> {
  switch (of.what) {
    case "last":
      return (await bucket.last(of.key)).map((last) => ({ revisions: last ? [sent(last)] : [] }));
    case "history":
      return (await bucket.history(of.key)).map((all) => ({ revisions: all.map(sent) }));
    case "live":
      return (await bucket.live(of.filter)).map(({ keys }) => ({ keys }));
    case "status":
      return (await bucket.status()).map((status) => ({ status }));
  }
}

function sent({ bytes, ...revision }: StoredRevision): SentRevision {
  return { ...revision, bytes: encodeBase64(bytes) };
}
