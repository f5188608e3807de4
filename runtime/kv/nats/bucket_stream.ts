import { outboxSubjects } from "../../../contracts/stored/outbox.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { type MessageQuery, StreamApi } from "../../nats/jetstream/stream_api.ts";
import type { StreamInfo } from "../../nats/jetstream/stream_info.ts";
import type { OperationContext } from "../../operation_context.ts";
import type { KVError } from "../kv_error.ts";
import { kvFailure } from "./kv_failure.ts";
import { type BucketRevision, toRevision } from "./stored_revision.ts";

/** What is known of a bucket's stream. */
export interface BucketInfo extends StreamInfo {
  /** Keys that pass the filter, deleted ones included, or the first 100,000 of them. */
  readonly keys: readonly string[];
}

/** More keys than a bucket has. */
const BEHIND_ALL = 2 ** 40;

/** The questions that the stream of a bucket is asked; see {@link StreamApi}. */
export class BucketStream {
  /** Physical bucket name. */
  readonly bucket: string;
  /** The stream `KV_<bucket>`. */
  readonly api: StreamApi;
  /** `$KV.<bucket>.`: what comes before the key in a subject. */
  readonly subjectPrefix: string;

  /** @param bucket without the `KV_` of its stream */
  constructor(requests: JetStreamRequests, bucket: string) {
    this.bucket = bucket;
    this.api = new StreamApi(requests, `KV_${bucket}`);
    this.subjectPrefix = `$KV.${bucket}.`;
  }

  /** The context of an operation, for messages. */
  context(doing: string, key?: string): OperationContext {
    const resource = `bucket ${this.bucket}`;
    return key === undefined ? { resource, doing } : { resource, doing, key };
  }

  /**
   * One revision, read from the leader; undefined when there is none. The query names keys, or a sequence,
   * which may be that of an event that waits in the bucket: its key is empty.
   */
  async revision(
    query: MessageQuery,
    deadline: number,
  ): Promise<Result<BucketRevision | undefined, KVError>> {
    const { subjectPrefix } = this;
    const key = "last" in query ? query.last : "next" in query ? query.next : undefined;
    const message = await this.api.message(underPrefix(query, subjectPrefix), deadline);
    return message.map((found) => found && toRevision(found, subjectPrefix))
      .mapErr((failure) => kvFailure(failure, this.context("reading", key)));
  }

  /** The bucket's state; with a filter, also the keys that pass it, in no order. */
  async info(
    deadline: number,
    filter?: string,
    offset: number = 0,
  ): Promise<Result<BucketInfo, KVError>> {
    const { length } = this.subjectPrefix;
    const info = filter === undefined
      ? (await this.api.info(deadline, outboxSubjects(this.bucket), BEHIND_ALL)).map(withoutEvents)
      : await this.api.info(deadline, this.subjectPrefix + filter, offset);
    return info.map((found) => ({
      ...found,
      keys: Object.keys(found.subjects).map((subject) => subject.slice(length)),
    })).mapErr((failure) => kvFailure(failure, this.context("looking up")));
  }

  /** The same without the keys, of which the server writes a list for a second where there are many. */
  count(deadline: number, filter: string): Promise<Result<BucketInfo, KVError>> {
    return this.info(deadline, filter, BEHIND_ALL);
  }

  /** All keys that pass a filter, deleted ones included, in no order. */
  async keys(deadline: number, filter: string): Promise<Result<readonly string[], KVError>> {
    const all: string[] = [];
    for (;;) {
      const info = (await this.info(deadline, filter, all.length)).take();
      if (isErr(info)) return info;
      all.push(...info.keys);
      if (info.keys.length === 0 || all.length >= info.matching) return ok(all);
    }
  }
}

/** Events that wait in a bucket are none of its values. Each has a subject of its own. */
function withoutEvents({ matching, messages, subjectCount, ...info }: StreamInfo): StreamInfo {
  const values = { messages: messages - matching, subjectCount: subjectCount - matching };
  return { ...info, ...values, matching: 0, subjects: {} };
}

function underPrefix(query: MessageQuery, prefix: string): MessageQuery {
  if ("last" in query) return { last: prefix + query.last };
  return "next" in query ? { ...query, next: prefix + query.next } : query;
}
