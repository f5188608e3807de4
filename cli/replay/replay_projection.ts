import { encodeBase64 } from "../../contracts/json/base64.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import type { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { readHistory } from "../../runtime/projections/read_history.ts";
import type { WorkerSettings } from "../workers/worker_process.ts";
import { type Replayer, type ReplayFailure, startReplayer } from "./replayer.ts";
import type { FromReplayer, Replayed, SentMessage, ToReplayer } from "./replay_protocol.ts";

/** What is replayed, and for how long. */
export interface ReplayOptions {
  readonly alias: string;
  /** URL of the handlers file. */
  readonly module: string;
  /** Digest of the contract that the plan is for. */
  readonly digest: string;
  /** The bucket that is read now; undefined: there is none. */
  readonly bucket: string | undefined;
  /** The stream of events, and when it was made. */
  readonly stream: string;
  readonly created: string;
  readonly requests: JetStreamRequests;
  readonly settings: WorkerSettings;
  /** Aborted when no more events are to be read: those that were are compared. */
  readonly limit: AbortSignal;
  readonly signal: AbortSignal;
  /** Told how far it is, by the sequence of events. */
  readonly progress: (sequence: number, last: number) => void;
}

/** What would differ, and of how much of the history. */
export interface ReplayedProjection extends Replayed {
  readonly alias: string;
  readonly bucket: string | undefined;
  /** Sequence of the last event that there was, and up to where it was read. */
  readonly last: number;
  readonly through: number;
}

type ReducerProcess = Replayer<ToReplayer, FromReplayer>;

/** Messages that are sent at once, or as many as have these bytes. */
const BATCH = 1000;
const BATCH_BYTES = 2 ** 20;
/** Milliseconds for a question to the server. */
const ANSWER_MS = 5000;
const WORKER = new URL("./replay_worker.ts", import.meta.url);

/**
 * Folds the history of a projection with the reducers of a handlers file, and compares what comes of it with what
 * is read now. Changes nothing. The reducers run in a process of their own that holds no credentials: events and
 * values are read here, and never more than a batch is on its way.
 */
export async function replayProjection(
  options: ReplayOptions,
): Promise<Result<ReplayedProjection, ReplayFailure>> {
  const { alias, module, digest, bucket, stream, created, requests, limit, signal, progress } =
    options;
  const source = new StreamApi(requests, stream);
  const info = (await source.info(performance.now() + ANSWER_MS)).take();
  if (isErr(info)) return err(unanswered(info.error));
  const { lastSequence: last } = info;
  await using replayer = startReplayer<ToReplayer, FromReplayer>(WORKER, options.settings);
  const maxPayload = requests.line.info?.max_payload;
  const loaded = (await replayer.ask({ kind: "load", module, alias, maxPayload }, "loaded")).take();
  if (isErr(loaded)) return loaded;
  if (loaded.digest !== digest) {
    return err({ kind: "contract", message: "the handlers are not those of the plan's contract" });
  }

  let through = 0;
  const events = new Batches(replayer, (messages) => ({ kind: "events", messages }));
  const read = await passThrough(
    events,
    (each) => readHistory(source, loaded.filters, each, AbortSignal.any([signal, limit])),
    ({ sequence }) => {
      // What was published since is not in the comparison.
      if (sequence > last) return false;
      through = sequence;
      progress(sequence, last);
      return true;
    },
  );
  if (signal.aborted) return err(ABORTED);
  if (read.isErr() && !(limit.aborted && read.error.kind === "server")) return err(read.error);
  if (read.isOk()) through = last;

  const checked = (await replayer.ask({ kind: "folded" }, "checked")).take();
  if (isErr(checked)) return checked;
  if (checked.again) {
    const mended = await passThrough(
      events,
      (each) => readHistory(source, loaded.filters, each, signal),
      ({ sequence }) => sequence <= through,
    );
    if (signal.aborted) return err(ABORTED);
    if (mended.isErr()) return err(mended.error);
  }

  if (bucket !== undefined) {
    const prefix = `$KV.${bucket}.`;
    const values = new Batches(
      replayer,
      (messages) => ({ kind: "values", prefix, created, through, messages }),
    );
    const api = new StreamApi(requests, `KV_${bucket}`);
    const compared = await passThrough(
      values,
      (each) => readHistory(api, [`${prefix}>`], each, signal, { newest: true }),
    );
    if (signal.aborted) return err(ABORTED);
    if (compared.isErr()) return err(compared.error);
  }
  const ended = (await replayer.ask({ kind: "end" }, "replayed")).take();
  if (isErr(ended)) return ended;
  return ok({ alias, bucket, last, through, ...ended.replayed });
}

const ABORTED: ReplayFailure = { kind: "aborted", message: "it was stopped" };

function unanswered(failure: ApiFailure): ReplayFailure {
  return { kind: "server", message: failureMeaning(failure).what };
}

/** Reads messages and sends those that are wanted, batch by batch. */
async function passThrough(
  batches: Batches,
  read: (
    each: (message: StoredMessage) => void | Promise<void>,
  ) => Promise<Result<void, ApiFailure>>,
  isWanted: (message: StoredMessage) => boolean = () => true,
): Promise<Result<void, ReplayFailure>> {
  try {
    const ended = await read((message) => isWanted(message) ? batches.add(message) : undefined);
    // What was read before the time was up counts as well.
    await batches.flush();
    return ended.mapErr(unanswered);
  } catch (cause) {
    if (cause instanceof ReplayerError) return err(cause.failure);
    throw cause;
  }
}

/** Carries a failure out of the middle of reading. */
class ReplayerError extends Error {
  constructor(readonly failure: ReplayFailure) {
    super(failure.message);
  }
}

/** Collects messages, and sends them when there are enough. */
class Batches {
  readonly #replayer: ReducerProcess;
  readonly #message: (messages: readonly SentMessage[]) => ToReplayer;
  #messages: SentMessage[] = [];
  #bytes = 0;
  #sent = Promise.resolve();

  constructor(
    replayer: ReducerProcess,
    message: (messages: readonly SentMessage[]) => ToReplayer,
  ) {
    this.#replayer = replayer;
    this.#message = message;
  }

  /** Takes a message; a promise where the next has to wait. */
  add({ subject, sequence, writtenAt, headers, data }: StoredMessage): Promise<void> | undefined {
    this.#messages.push({ subject, sequence, writtenAt, headers, data: encodeBase64(data) });
    this.#bytes += data.length;
    if (this.#messages.length < BATCH && this.#bytes < BATCH_BYTES) return undefined;
    return this.flush();
  }

  /** Sends what there is, behind what is on its way. */
  flush(): Promise<void> {
    const messages = this.#messages;
    [this.#messages, this.#bytes] = [[], 0];
    return this.#sent = this.#sent.then(() => this.#send(messages));
  }

  async #send(messages: readonly SentMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const taken = await this.#replayer.ask(this.#message(messages), "taken");
    if (taken.isErr()) throw new ReplayerError(taken.error);
  }
}
