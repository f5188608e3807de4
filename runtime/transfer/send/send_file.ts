import { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import { changedFile } from "./changed_file.ts";
import { isKept } from "./file_source.ts";
import { type ChunkPath, sendChunks } from "./send_chunks.ts";
import type { FileCommit, SendTerms } from "./send_terms.ts";
import type { SendOptions } from "./send_types.ts";

/** How often a file is sent again of which something was damaged on its way. */
const ATTEMPTS = 3;

/** What a service answers about an operation and its file. */
export interface FileAnswer {
  readonly record: Pick<OperationRecord, "state" | "transfer">;
  readonly transfer?: SendTerms | undefined;
}

/** What the record of an operation says while its file is sent. */
export type FileState = Pick<OperationRecord, "state" | "transfer">;

/** What a file is sent by. */
export interface FilePath {
  readonly chunks: ChunkPath;
  /** Asks what has come. */
  readonly ask: () => PromiseLike<Result<FileAnswer, Error>>;
  /** Says that all of it has. */
  readonly commit: (commit: FileCommit) => PromiseLike<Result<FileAnswer, Error>>;
  /** The states of the operation, from now on. */
  readonly watch: (signal: AbortSignal) => PromiseLike<Result<AsyncIterable<FileState>, Error>>;
}

/**
 * Sends the file of an operation that was started, and waits until the store has it or the operation has ended without.
 *
 * @param terms what the start has answered; asked for where it is missing
 */
export async function sendFile(
  path: FilePath,
  id: string,
  options: SendOptions & { readonly signal?: AbortSignal | undefined },
  terms?: SendTerms,
): Promise<Result<void, Error>> {
  const ends = new AbortController();
  const { signal: given } = options;
  const signal = given === undefined ? ends.signal : AbortSignal.any([given, ends.signal]);
  // It begins while the file goes.
  const following = new FollowedFile(path.watch(signal), () => ends.abort());
  try {
    for (let attempt = 1, known = terms;; attempt++) {
      const sent = (await sendOnce(path, following, { id, signal, options }, known)).take();
      if (!isErr(sent)) return ok();
      // It has ended without the file: its ref says how.
      if (following.isOver && !given?.aborted) return ok();
      if (following.unwatched !== undefined && !given?.aborted) return err(following.unwatched);
      const { error } = sent;
      const isDamaged = error instanceof TransferError && error.reason === "incomplete";
      if (!isDamaged || attempt >= ATTEMPTS || !isKept(options.body)) return sent;
      known = undefined;
    }
  } finally {
    ends.abort();
  }
}

async function sendOnce(
  path: FilePath,
  following: FollowedFile,
  { id, signal, options }: {
    readonly id: string;
    readonly signal: AbortSignal;
    readonly options: SendOptions;
  },
  known: SendTerms | undefined,
): Promise<Result<void, Error>> {
  let terms = known;
  if (terms === undefined) {
    const asked = (await path.ask()).take();
    if (isErr(asked)) return asked;
    if (isDone(asked.record)) return ok();
    terms = asked.transfer;
  }
  if (terms === undefined) {
    const message = `the service takes no file for ${id} at the moment`;
    return err(new TransferError({ reason: "unavailable", message, id }));
  }
  const { body, onTransfer } = options;
  const sent = (await sendChunks(path.chunks, { body, onTransfer, id, terms, signal })).take();
  if (isErr(sent)) return sent;
  const committed = (await path.commit(sent)).take();
  if (isErr(committed)) {
    const { error } = committed;
    return error instanceof OperationError && error.reason === "ended" ? ok() : committed;
  }
  if (isDone(committed.record)) return ok();
  const decided = await following.decided(committed.transfer?.commit ?? 1, id, signal);
  return decided.mapErr((error) => isPartOfOther(error, terms) ? changedFile(id) : error);
}

/** What was sent before was compared in part only. */
function isPartOfOther(error: Error, { there = [] }: SendTerms): boolean {
  return error instanceof TransferError && error.reason === "digest_mismatch" && there.length > 0;
}

function isDone({ state, transfer }: FileState): boolean {
  return transfer?.state === "stored" || isEnded(state);
}

/** What becomes of an operation, as its record says it. */
class FollowedFile {
  #state: FileState | undefined;
  #failure: Error | undefined;
  #changed: (() => void) | undefined;
  #unwatched: Error | undefined;
  #hasEnded = false;

  /** @param ended called when the operation has ended, or cannot be followed */
  constructor(states: ReturnType<FilePath["watch"]>, ended: () => void) {
    this.#follow(states, ended);
  }

  /** Why it cannot be followed. */
  get unwatched(): Error | undefined {
    return this.#unwatched;
  }

  /** True when the operation has ended. */
  get isOver(): boolean {
    return this.#state !== undefined && isEnded(this.#state.state);
  }

  /** Waits until a commit has come to something. */
  async decided(
    commit: number,
    id: string,
    signal: AbortSignal,
  ): Promise<Result<void, Error>> {
    for (;;) {
      const { transfer } = this.#state ?? {};
      if (this.#state !== undefined && isDone(this.#state)) return ok();
      if (transfer?.state === "refused" && transfer.commit >= commit) {
        return err(refusalIn(transfer.error, id));
      }
      if (signal.aborted) {
        const message = "its sender waits no longer; the service goes on with what it has";
        return err(new TransferError({ reason: "aborted", message, id }));
      }
      if (this.#failure !== undefined) return err(this.#failure);
      if (this.#hasEnded) return ok();
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
  }

  async #follow(watched: ReturnType<FilePath["watch"]>, ended: () => void): Promise<void> {
    try {
      const states = (await watched).take();
      if (isErr(states)) {
        this.#unwatched = states.error;
        ended();
        return this.#changed?.();
      }
      for await (const state of states) {
        this.#state = state;
        this.#changed?.();
        if (isEnded(state.state)) ended();
      }
    } catch (cause) {
      this.#failure = cause instanceof Error ? cause : new Error(String(cause));
    }
    this.#hasEnded = true;
    this.#changed?.();
  }
}

const REFUSAL = validatorOf(TransferError.schema);

function refusalIn(error: unknown, id: string): TransferError {
  if (REFUSAL.check(error)) return TransferError.fromSerializable(error as never);
  const message = "the service has refused the file, and does not say why";
  return new TransferError({ reason: "digest_mismatch", message, id });
}
