import type { Result } from "../../../contracts/result.ts";
import { indexBucket, objectStream } from "../../../contracts/stored/store_names.ts";
import { BucketStream } from "../../kv/nats/bucket_stream.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import type { StreamInfo } from "../../nats/jetstream/stream_info.ts";
import type { OperationContext } from "../../operation_context.ts";
import type { StoreError } from "../store_error.ts";
import { storeFailure } from "./store_failure.ts";

/** The questions that the streams of a store are asked; see {@link StreamApi}. */
export class ObjectStream {
  /** Physical name of the store. */
  readonly store: string;
  /** Where requests go. */
  readonly requests: JetStreamRequests;
  /** The stream of the objects, `OBJ_<store>`. */
  readonly api: StreamApi;
  /** The stream of the index. */
  readonly index: BucketStream;

  /** @param store physical name */
  constructor(requests: JetStreamRequests, store: string) {
    this.store = store;
    this.requests = requests;
    this.api = new StreamApi(requests, objectStream(store));
    this.index = new BucketStream(requests, indexBucket(store));
  }

  /** The state of the objects' stream; of one subject too where one is given. */
  async info(
    deadline: number,
    context: OperationContext,
    subject?: string,
  ): Promise<Result<StreamInfo, StoreError>> {
    const info = await this.api.info(deadline, subject);
    return info.mapErr((failure) => storeFailure(failure, context));
  }

  /** The newest message of a subject, from the leader; undefined when there is none. */
  async last(
    subject: string,
    deadline: number,
    context: OperationContext,
  ): Promise<Result<StoredMessage | undefined, StoreError>> {
    const message = await this.api.message({ last: subject }, deadline);
    return message.mapErr((failure) => storeFailure(failure, context));
  }
}
