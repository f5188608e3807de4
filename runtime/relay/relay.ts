import type { RelayBinding } from "../../contracts/stored/bindings.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { outboxPrefix, outboxSubjects } from "../../contracts/stored/outbox.ts";
import { eventHeaders } from "../events/nats/event_headers.ts";
import { storeEvent } from "../events/nats/store_event.ts";
import type { Log } from "../log.ts";
import { type ApiFailure, readPublishAck } from "../nats/jetstream/api_answer.ts";
import { failureMeaning } from "../nats/jetstream/failure_meaning.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { publishStored } from "../nats/jetstream/publish_stored.ts";
import type { RelayedJob } from "../jobs/outbox_job.ts";
import type { Delivery } from "../work/delivery.ts";
import { BatchLoop } from "../work/nats/batch_loop.ts";
import { deadLetter } from "../work/work_messages.ts";
import { isRefusedForGood } from "./refusal.ts";
import { type Relayed, type RelayedBucket, relayedEvent } from "./relayed_event.ts";

/** Events on their way to the stream at once: should one be refused, no more than these come before it. */
const AT_ONCE = 64;
/** Milliseconds that one attempt waits for its acknowledgement. */
const ATTEMPT_MS = 2000;
/** Milliseconds that storing a dead letter, or removing what was published, may take. */
const STORE_MS = 5000;
/** Milliseconds after which published events are removed from the bucket, so that many go at once. */
const REMOVE_AFTER_MS = 250;
/** `ack_wait` of the durable consumer, in milliseconds. */
const ACK_WAIT_MS = 30_000;

/** A bucket, what takes its messages, and where those go that no event can be made of. */
export interface RelayOptions {
  readonly requests: JetStreamRequests;
  readonly deployment: string;
  readonly alias: string;
  readonly bucket: RelayedBucket;
  readonly binding: RelayBinding;
  /** The stream of dead letters; missing: there is none, and what cannot be published waits. */
  readonly dead: string | undefined;
  /** Puts the jobs that wait in it into their queues. */
  readonly putJob?: PutJob | undefined;
  readonly log: Log;
}

/** What became of a job that was committed together with values. */
export type PutOutcome =
  /** It is in its queue, or was left out because its key is taken. */
  | { readonly kind: "done" }
  /** It cannot be at the moment. */
  | { readonly kind: "waits"; readonly problem: string }
  /** It never can be. */
  | { readonly kind: "invalid"; readonly problem: string };

/** Puts a job into its queue. Never rejects. */
export type PutJob = (job: RelayedJob) => Promise<PutOutcome>;

/**
 * Publishes the events that wait in a bucket, and those of its changes, in the order in which they were
 * stored. It runs in each instance of the service; one of them publishes. An event that is published twice
 * has the same id, by which it is stored once within two minutes.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #loop: BatchLoop;
  /** Up to here all is published; what waits of it in the bucket may be removed. */
  #published = 0;
  #removed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why events wait at the moment. */
  #problem: string | undefined;

  /** Begins at once. */
  constructor(options: RelayOptions) {
    this.#options = options;
    const { requests, binding: { stream, consumer }, log } = options;
    this.#loop = new BatchLoop({
      requests,
      stream,
      consumer,
      ackWaitMs: ACK_WAIT_MS,
      purpose: this.#purpose,
      log,
      handle: (batch, signal) => this.#publishAll(batch, signal),
    });
  }

  /** Why events wait at the moment; undefined: they do not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes no further events; resolves when those in hand are published, or given back. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#remove();
  }

  get #purpose(): string {
    return `the relay of kv.${this.#options.alias}`;
  }

  /** Answers how many, from the first, are done. */
  async #publishAll(batch: readonly Delivery[], signal: AbortSignal): Promise<number> {
    let done = 0;
    while (done < batch.length && !signal.aborted) {
      const some = batch.slice(done, done + AT_ONCE);
      // All are sent before the first is answered.
      const ends = await Promise.all(some.map((delivery) => this.#publish(delivery)));
      const open = ends.findIndex((end) => end !== undefined);
      this.#tell(ends[open]);
      done += open < 0 ? some.length : open;
      this.#note(batch.slice(0, done));
      if (open >= 0) break;
    }
    return done;
  }

  /** Publishes what a message stands for; why it has to wait, otherwise. */
  async #publish(delivery: Delivery): Promise<string | undefined> {
    const { requests, bucket } = this.#options;
    const event = relayedEvent(bucket, delivery);
    if (event.kind === "none") return undefined;
    if (event.kind === "job") return await this.#put(delivery, event);
    if (event.kind === "invalid") return await this.#giveUp(delivery, event, event.problem);
    const ack = await storeEvent(requests.line, event.keep, async (first) => {
      const headers = eventHeaders(event.id, EVENT_STREAM, first + event.lines);
      const deadline = performance.now() + ATTEMPT_MS;
      return readPublishAck(await requests.request(event.subject, event.body, deadline, headers));
    });
    // Anyone may subscribe to an event and answer it; only the stream's own word counts.
    if (ack.isOk() && ack.value.stream === EVENT_STREAM) return undefined;
    const failure: ApiFailure = ack.isErr() ? ack.error : { kind: "malformed" };
    const { what } = failureMeaning(failure);
    if (isRefusedForGood(failure)) return await this.#giveUp(delivery, event, what);
    return `publishing to ${event.subject}: ${what}`;
  }

  /** Puts a job into its queue; why it has to wait, otherwise. */
  async #put(
    delivery: Delivery,
    job: Extract<Relayed, { kind: "job" }>,
  ): Promise<string | undefined> {
    const { putJob } = this.#options;
    const put = await putJob?.(job) ?? { kind: "invalid", problem: "it is for no queue" };
    switch (put.kind) {
      case "done":
        return undefined;
      case "waits":
        return put.problem;
      case "invalid":
        return await this.#giveUp(delivery, { ...put, id: job.id }, put.problem);
    }
  }

  /** Keeps as a dead letter what never will be published. */
  async #giveUp(
    delivery: Delivery,
    event: Exclude<Relayed, { kind: "none" | "job" }>,
    error: string,
  ): Promise<string | undefined> {
    const { requests, deployment, alias, dead, log } = this.#options;
    if (dead === undefined) return error;
    const isEvent = event.kind === "event";
    const subject = isEvent ? event.subject : delivery.subject;
    const letter = deadLetter(
      { deployment, kind: "relay", name: alias },
      isEvent
        ? { ...delivery, headers: `NATS/1.0\r\n${event.lines}\r\n`, data: event.body }
        : delivery,
      { id: event.id, origin: `${delivery.stream} ${delivery.sequence} ${subject}` },
      { reason: isEvent ? "failed" : "invalid", error, tries: 1 },
      new Date(),
      { maximum: requests.line.info?.max_payload },
    );
    const message = { ...letter, stream: dead };
    const stored = await publishStored(requests, message, performance.now() + STORE_MS);
    if (stored.isErr()) return `keeping ${event.id} as a dead letter: its stream does not take it`;
    log.error(`${this.#purpose}: ${event.id} is a dead letter`, { subject, error });
    return undefined;
  }

  /** Says once what lasts, and once that it is over. */
  #tell(problem: string | undefined): void {
    const { log } = this.#options;
    const before = this.#problem;
    this.#problem = problem;
    if (problem !== undefined && before === undefined) {
      log.warn(`${this.#purpose}: events wait to be published, and none is lost: ${problem}`);
    }
    if (problem === undefined && before !== undefined) {
      log.info(`${this.#purpose}: events are published again`);
    }
  }

  #note(done: readonly Delivery[]): void {
    const waited = outboxPrefix(this.#options.bucket.bucket);
    const last = done.findLast(({ subject }) => subject.startsWith(waited));
    if (last === undefined) return;
    this.#published = last.sequence;
    this.#timer ??= setTimeout(() => void this.#remove(), REMOVE_AFTER_MS);
  }

  /** Removes what was published; what is not removed now goes with what comes after it. */
  async #remove(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { requests, bucket: { bucket }, binding: { stream } } = this.#options;
    const upTo = this.#published;
    if (upTo <= this.#removed || requests.line.isClosed()) return;
    const purge = JSON.stringify({ filter: outboxSubjects(bucket), seq: upTo + 1 });
    const subject = `$JS.API.STREAM.PURGE.${stream}`;
    const answer = await requests.request(subject, purge, performance.now() + STORE_MS);
    if (answer.kind === "answer") this.#removed = upTo;
  }
}
