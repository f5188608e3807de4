import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { Log } from "../../log.ts";
import { Backoff } from "../../nats/backoff.ts";
import { type ApiAnswer, type ApiFailure, readApiAnswer } from "../../nats/jetstream/api_answer.ts";
import { type ConsumerState, readConsumerState } from "../../nats/jetstream/consumer_state.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { pause } from "../../nats/pause.ts";
import { ACK, acknowledge } from "./acknowledge.ts";
import { BatchIntake } from "./batch_intake.ts";
import { decideTurn, mayBegin } from "../batch_turn.ts";
import type { Delivery } from "../delivery.ts";
import type { PullSource } from "./pull_loop.ts";

/** Most messages in hand: the `max_ack_pending` of the consumer. */
const BATCH_SIZE = 256;
/** Milliseconds for a question to the server, or an acknowledgement. */
const ANSWER_MS = 2000;
/** The longest pause before what was not done is tried again, in milliseconds. */
const LONGEST_PAUSE_MS = 5000;
/** Before the next look at who else is at work, in milliseconds. */
const QUICK_PAUSE_MS = 30;
/** So long two may hold a part of the messages each before one of them gives way, in milliseconds. */
const PATIENCE_MS = 250;

/** What a {@link BatchLoop} takes from where, and what is done with it. */
export interface BatchLoopOptions extends PullSource {
  /** When the stream was made that this is for; it waits while there is another one of the name. */
  readonly streamCreated?: string;
  /** The requests of the connection. */
  readonly requests: JetStreamRequests;
  /** `ack_wait` of the consumer, in milliseconds. */
  readonly ackWaitMs: number;
  /**
   * Works on messages in the order of the stream, and answers how many of them, from the first, are done.
   * The others are handed over again after a pause, perhaps with more behind them. What was done may
   * be handed over once more, to this worker or to another one. A rejection counts as none.
   */
  readonly handle: (batch: readonly Delivery[], signal: AbortSignal) => Promise<number>;
  /** What it is for, as `the projection "balances"`, for messages. */
  readonly purpose: string;
  /** Where a failure is reported. */
  readonly log: Log;
}

/**
 * Takes messages off a durable consumer with `ack_policy: all`, in batches and in the order of the stream:
 * nothing is acknowledged before everything before it is done. Of all who run it one works; the others stand
 * by, and take over when nobody asks for messages any more. What they do is done at least once: a worker that
 * was stopped for a while may go on beside the one that has taken over.
 */
export class BatchLoop {
  readonly #options: BatchLoopOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #reported: string | undefined;

  /** Begins at once. */
  constructor(options: BatchLoopOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Takes no further batch; resolves when the current one is done, and the rest given back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  get #isOver(): boolean {
    return this.#stop.signal.aborted || this.#options.requests.line.isClosed();
  }

  async #run(): Promise<void> {
    for (;;) {
      const created = await this.#untilAlone();
      if (created === undefined) return;
      const intake = new BatchIntake(
        this.#options.requests,
        this.#options,
        BATCH_SIZE,
        (why) => this.#report(why),
      );
      const heartbeat = setInterval(() => intake.holdOn(), this.#options.ackWaitMs / 3);
      await this.#work(intake, created);
      clearInterval(heartbeat);
      await intake.close();
    }
  }

  /** Stands by while another one works; says then when the consumer was made. Undefined: it is over. */
  async #untilAlone(): Promise<string | undefined> {
    let before: number | undefined;
    while (!this.#isOver) {
      const state = (await this.#state()).take();
      if (!isErr(state) && this.#isOfStream(state)) {
        if (mayBegin(state, before)) return state.created;
        before = state.deliveries;
      }
      // Random, so that two who have given way to each other do not come back together.
      await pause(200 + Math.random() * 400, this.#stop.signal);
    }
    return undefined;
  }

  /** Works until it is over, another one asks for messages as well, or the consumer is another one. */
  async #work(intake: BatchIntake, created: string): Promise<void> {
    const { signal } = this.#stop;
    let sharedSince: number | undefined;
    let retry = newBackoff();
    while (await intake.filled(signal)) {
      const state = (await this.#state()).take();
      if (isErr(state)) {
        await pause(QUICK_PAUSE_MS, signal);
        continue;
      }
      // What is held counts by sequences that are gone with the one before.
      if (state.created !== created) return;
      intake.settle(state.ackedSequence);
      const turn = decideTurn(intake.held.keys(), state, intake.asking);
      if (turn !== "ours") {
        sharedSince ??= performance.now();
        if (turn === "yield" && performance.now() - sharedSince > PATIENCE_MS) return;
        await pause(QUICK_PAUSE_MS, signal);
        continue;
      }
      sharedSince = undefined;
      const batch = intake.batch(state.deliveredSequence);
      const done = await this.#handle(batch);
      const last = batch[done - 1];
      const acknowledged = last !== undefined && await this.#acknowledge(last.ackSubject);
      if (acknowledged) intake.settle(last.sequence);
      if (done > 0) retry = newBackoff();
      if (done < batch.length || (last && !acknowledged)) await retry.pause(signal);
    }
  }

  /** Whether a consumer takes from the stream that this is for. */
  #isOfStream({ streamCreated }: ConsumerState): boolean {
    const { streamCreated: wanted = streamCreated, stream } = this.#options;
    if (streamCreated === undefined || streamCreated === wanted) return true;
    this.#report(
      `the stream ${stream} was made again at ${streamCreated}, and this service is bound to the ` +
        `one of ${wanted}; it goes on when it is bound again, which a reconcile does`,
    );
    return false;
  }

  async #handle(batch: readonly Delivery[]): Promise<number> {
    if (batch.length === 0) return 0;
    try {
      return await this.#options.handle(batch, this.#stop.signal);
    } catch (cause) {
      this.#report(cause instanceof Error ? cause.message : String(cause), cause);
      return 0;
    }
  }

  #acknowledge(ackSubject: string): Promise<boolean> {
    return acknowledge(this.#options.requests, [ackSubject], ACK, performance.now() + ANSWER_MS);
  }

  async #state(): Promise<Result<ConsumerState, ApiFailure>> {
    const { requests, stream, consumer } = this.#options;
    const subject = `$JS.API.CONSUMER.INFO.${stream}.${consumer}`;
    const answer = await requests.request(subject, "", performance.now() + ANSWER_MS);
    const state = readApiAnswer(answer).andThen(readState).take();
    if (!isErr(state)) {
      if (this.#isOfStream(state)) this.#reported = undefined;
      return ok(state);
    }
    // A connection that is lost is reported by itself.
    const { kind } = state.error;
    if (kind !== "down" && kind !== "lost" && kind !== "closed") {
      this.#report(failureMeaning(state.error).what);
    }
    return state;
  }

  /** Says once what lasts. */
  #report(what: string, cause?: unknown): void {
    if (this.#reported === what || this.#isOver) return;
    this.#reported = what;
    const { log, purpose, consumer } = this.#options;
    log.error(`${purpose} does not go on: ${what}`, { consumer, ...(cause ? { cause } : {}) });
  }
}

function readState(answer: ApiAnswer): Result<ConsumerState, ApiFailure> {
  const state = readConsumerState(answer);
  return state === undefined ? err({ kind: "malformed" }) : ok(state);
}

function newBackoff(): Backoff {
  return new Backoff(Infinity, LONGEST_PAUSE_MS);
}
