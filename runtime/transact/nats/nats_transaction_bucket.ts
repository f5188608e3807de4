import type { KvResourceBinding } from "../../../contracts/stored/bindings.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import { BucketStream } from "../../kv/nats/bucket_stream.ts";
import { kvError } from "../../kv/nats/kv_failure.ts";
import { ValueCodec } from "../../kv/value_codec.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import { Slots } from "../../work/slots.ts";
import type { TransactionBucket } from "../open_transact.ts";
import type { Transacted, TransactOptions } from "../transact_types.ts";
import type { TransactionError, TransactionStep } from "../transaction.ts";
import { commitBatch, DOING, notTogether } from "./commit_batch.ts";

const DEFAULT_TIMEOUT_MS = 5000;
/** A server takes 50 at once for each stream, from all instances of the service together. */
const AT_ONCE = 16;

/** What is declared of a bucket, and where it is. */
export interface TransactionBucketOptions {
  readonly requests: JetStreamRequests;
  readonly binding: KvResourceBinding;
  readonly alias: string;
  /** JSON Schema of the values. */
  readonly schema: object;
  /** Digest of the contract under which its events are published. */
  readonly digest: string;
}

/** A bucket on NATS that takes transactions. Nothing is asked of the server before the first one. */
export class NatsTransactionBucket implements TransactionBucket {
  readonly codec: ValueCodec<unknown>;
  readonly #stream: BucketStream;
  readonly #digest: string;
  readonly #slots = new Slots(AT_ONCE);
  /** What is not newer was stored before now; undefined until the stream has been looked at. */
  #seen: { sequence: number; readonly maxMessageBytes: number | undefined } | undefined;

  /** @param options what is declared of it */
  constructor({ requests, binding, alias, schema, digest }: TransactionBucketOptions) {
    this.codec = new ValueCodec(validatorOf(schema), alias, binding.maxValueBytes);
    this.#stream = new BucketStream(requests, binding.bucket);
    this.#digest = digest;
  }

  /** See {@link TransactionBucket.commit}. */
  async commit(
    steps: readonly TransactionStep[],
    { timeoutMs = DEFAULT_TIMEOUT_MS, ...marks }: TransactOptions & HandedOver,
  ): Promise<Result<Transacted, TransactionError>> {
    const deadline = performance.now() + timeoutMs;
    await this.#slots.take();
    try {
      if (performance.now() >= deadline) return err(busy(this.#stream));
      const first = (await this.#commit(steps, deadline, marks)).take();
      return isErr(first) ? first : ok(transacted(steps, first));
    } finally {
      this.#slots.leave();
    }
  }

  async #commit(
    steps: readonly TransactionStep[],
    deadline: number,
    marks: Omit<TransactOptions, "timeoutMs"> & HandedOver,
  ): Promise<Result<number, TransactionError>> {
    if (this.#seen === undefined) {
      const info = (await this.#stream.info(deadline)).take();
      if (isErr(info)) return info;
      const { takesBatches, lastSequence: sequence, maxMessageBytes } = info;
      // Older servers would store the messages one by one, and say nothing.
      if (!takesBatches) return err(notTogether(this.#stream));
      this.#seen ??= { sequence, maxMessageBytes };
    }
    const seen = this.#seen;
    // What a caller has read was stored before as well.
    const read = steps.map((step) =>
      "key" in step && step.when.kind === "revision" ? Number(step.when.revision) || 0 : 0
    );
    const first = await commitBatch(this.#stream, {
      steps,
      marks: { ...marks, digest: this.#digest },
      timeoutMs: deadline - performance.now(),
      knownSequence: Math.max(seen.sequence, ...read),
      maxMessageBytes: seen.maxMessageBytes,
    });
    if (first.isOk()) seen.sequence = Math.max(seen.sequence, first.value + steps.length - 1);
    return first;
  }
}

function busy(stream: BucketStream): TransactionError {
  const what = "too many others are committed at the moment, and nothing was sent; try again";
  return kvError({ reason: "unavailable", what }, stream.context(DOING));
}

function transacted(steps: readonly TransactionStep[], first: number): Transacted {
  return {
    revisions: steps.flatMap((step, place) =>
      "key" in step ? [{ key: step.key, revision: String(first + place) }] : []
    ),
    events: steps.flatMap((step) => "event" in step ? [step.event.metadata] : []),
    jobs: steps.flatMap((step) =>
      "job" in step ? [{ queue: step.job.job.queue, id: step.job.entry.id }] : []
    ),
  };
}
