import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import {
  queueName,
  type QueuePlace,
  queueSubjects,
  recordKey,
  slotSubjects,
} from "../../contracts/stored/job_names.ts";
import { slotOfId } from "../../runtime/jobs/queue_key.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { API_CODE } from "../../runtime/nats/jetstream/api_code.ts";
import { readConsumerState } from "../../runtime/nats/jetstream/consumer_state.ts";
import { isDeletionMarker } from "../../runtime/nats/jetstream/deletion_marker.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { type QueuedMessage, readQueued } from "./queued_message.ts";
import type { Queue } from "./queues.ts";
import type { RecordFields } from "./work_view.ts";

/** A record of a job or an operation. */
export interface StoredRecord {
  readonly id: string;
  /** In the stream of its bucket. */
  readonly sequence: number;
  readonly fields: RecordFields;
}

/** One question takes as long at most, in milliseconds. */
const PATIENCE_MS = 10_000;

/** What stands in one queue, and its records. */
export class QueueBox {
  readonly queue: Queue;
  readonly #stream: StreamApi;
  readonly #records: StreamApi;
  /** Tells what is in work; read once. */
  #delivered: Promise<Result<readonly (readonly number[])[], ExplainedError>> | undefined;

  /** Nothing is asked yet. */
  constructor(queue: Queue, messaging: NatsMessaging) {
    const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
    this.queue = queue;
    this.#stream = new StreamApi(requests, queue.stream);
    this.#records = new StreamApi(requests, `KV_${queue.records}`);
  }

  /** The first message from a sequence on: of those that wait for their time, of the others, or of all. */
  async next(
    from: number,
    state: "run" | "later" | "*" = "*",
  ): Promise<Result<QueuedMessage | undefined, ExplainedError>> {
    const next = `${this.#prefix}.${state}.*.*.*`;
    const found = (await this.#read(this.#stream, { next, from })).take();
    return isErr(found) ? found : found === undefined ? ok(found) : await this.#queued(found);
  }

  /** The last sequence that was delivered to any worker; what stands behind it waits. */
  async lastDelivered(): Promise<Result<number, ExplainedError>> {
    return (await this.#deliveries()).map((delivered) => Math.max(0, ...delivered.flat()));
  }

  /** What stands in the queue of a job or an operation. */
  async message(id: string): Promise<Result<QueuedMessage | undefined, ExplainedError>> {
    if (!isToken(id)) return ok(undefined);
    const { deployment, kind } = this.queue;
    const last = slotSubjects(deployment, { kind, queue: this.#name, slot: slotOfId(id) });
    const found = (await this.#read(this.#stream, { last })).take();
    if (isErr(found)) return found;
    const message = found && (await this.#queued(found)).take();
    if (isErr(message)) return message;
    // Another one of the same key may have the slot by now.
    return ok(message?.id === id ? message : undefined);
  }

  /** The record of a job or an operation. */
  async record(id: string): Promise<Result<StoredRecord | undefined, ExplainedError>> {
    if (!isToken(id)) return ok(undefined);
    const last = this.#recordSubject(id);
    const found = (await this.#read(this.#records, { last })).take();
    return isErr(found) ? found : ok(found && readRecord(found));
  }

  /** The first record from a sequence on. */
  async nextRecord(from: number): Promise<Result<StoredRecord | undefined, ExplainedError>> {
    const next = this.#recordSubject("*");
    for (let at = from;;) {
      const found = (await this.#read(this.#records, { next, from: at })).take();
      if (isErr(found)) return found;
      if (found === undefined) return ok(undefined);
      const record = readRecord(found);
      if (record !== undefined) return ok(record);
      at = found.sequence + 1;
    }
  }

  get #name(): string {
    return queueName(this.queue.name);
  }

  get #prefix(): string {
    const { deployment, kind } = this.queue;
    return queueSubjects(deployment, kind, this.#name).slice(0, -".>".length);
  }

  #recordSubject(id: string): string {
    return `$KV.${this.queue.records}.${recordKey(this.queue.kind, this.#name, id)}`;
  }

  async #queued(
    message: StoredMessage,
  ): Promise<Result<QueuedMessage | undefined, ExplainedError>> {
    const delivered = (await this.#deliveries()).take();
    if (isErr(delivered)) return delivered;
    const isInWork = ({ class: priority, lane }: QueuePlace, sequence: number) => {
      const sequences = delivered[priority] ?? [];
      return sequence <= (sequences[lane % Math.max(1, sequences.length)] ?? 0);
    };
    return ok(readQueued(message, this.queue.stream, isInWork));
  }

  /** The last sequence that each consumer was given, by class and lane. */
  #deliveries(): Promise<Result<readonly (readonly number[])[], ExplainedError>> {
    return this.#delivered ??= this.#askDeliveries();
  }

  async #askDeliveries(): Promise<Result<readonly (readonly number[])[], ExplainedError>> {
    const { binding, stream } = this.queue;
    const delivered: number[][] = [];
    for (const consumers of binding?.consumers ?? []) {
      const answers = await Promise.all(
        consumers.map((consumer) =>
          this.#stream.ask(`$JS.API.CONSUMER.INFO.${stream}.${consumer}`, "", patience())
        ),
      );
      const sequences: number[] = [];
      for (const answer of answers) {
        const info = answer.take();
        if (isErr(info) && !isGone(info.error)) return err(this.#unread(info.error));
        sequences.push(isErr(info) ? 0 : readConsumerState(info)?.deliveredSequence ?? 0);
      }
      delivered.push(sequences);
    }
    return ok(delivered);
  }

  async #read(
    stream: StreamApi,
    query: Parameters<StreamApi["message"]>[0],
  ): Promise<Result<StoredMessage | undefined, ExplainedError>> {
    const read = (await stream.message(query, patience())).take();
    if (!isErr(read)) return ok(read);
    return isGone(read.error) ? ok(undefined) : err(this.#unread(read.error));
  }

  #unread(failure: ApiFailure): ExplainedError {
    const { reason, what } = failureMeaning(failure);
    const { deployment, name } = this.queue;
    return {
      code: reason === "missing" ? "not_found" : reason,
      message: `reading ${name} of ${deployment}: ${what}`,
    };
  }
}

/** Reads a revision of a record; undefined for one that was removed, and for what is none. */
function readRecord({ subject, sequence, headers, data }: StoredMessage): StoredRecord | undefined {
  if (isDeletionMarker((name) => headerValue(headers, name))) return undefined;
  const fields = readJson(new TextDecoder().decode(data));
  const id = subject.slice(subject.lastIndexOf(".") + 1);
  return isRecord(fields) && typeof fields.state === "string"
    ? { id, sequence, fields }
    : undefined;
}

function isToken(text: string): boolean {
  return /^[^\s.*>]+$/.test(text);
}

function isGone(failure: ApiFailure): boolean {
  const gone: readonly number[] = [
    API_CODE.streamNotFound,
    API_CODE.consumerNotFound,
    API_CODE.noMessage,
  ];
  return failure.kind === "refused" && gone.includes(failure.code);
}

function patience(): number {
  return performance.now() + PATIENCE_MS;
}
