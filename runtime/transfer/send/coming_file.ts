import { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TransferRecord } from "../../../contracts/stored/operation_record.ts";
import { Backoff } from "../../nats/backoff.ts";
import type { StoreInfo } from "../../store/store_types.ts";
import { putAhead, type SenderPatience } from "./put_ahead.ts";
import { putTogether } from "./put_together.ts";
import type { SendPlace } from "./send_place.ts";
import type { FileCommit } from "./send_terms.ts";
import type { SentFile } from "./send_types.ts";

/** Milliseconds between two reports of how much is stored. */
const REPORT_MS = 200;
/** Milliseconds for which a store that cannot be reached is waited for; then it is another try's turn. */
const STORE_MS = 30_000;

/** What becomes of the file of an operation that is worked on. */
export interface ComingFileParts {
  readonly place: SendPlace;
  /** Id of the operation. */
  readonly id: string;
  /** Whose sessions may send it, as `user:ada`. */
  readonly owner: string;
  readonly info: SentFile["info"];
  /** Aborts when the operation is to end here. */
  readonly signal: AbortSignal;
  /** True when somebody has cancelled it. */
  readonly isCancelled: () => boolean;
  /** Milliseconds since 1970, by the clock of the server. */
  readonly now: () => Promise<number>;
  /** What the record of the operation says of the file. */
  readonly known: () => TransferRecord | undefined;
  /** Writes it there. */
  readonly report: (transfer: TransferRecord) => Promise<unknown>;
  /** Waits in its place until the file is committed for the first time or the signal aborts. */
  readonly firstCommit: (signal: AbortSignal) => Promise<FileCommit | undefined>;
  /** How long it is waited for what is being sent, in its place. */
  readonly patience: SenderPatience;
  /** The next time that the file was committed; an error when its time is over. */
  readonly nextCommit: () => Promise<Result<FileCommit, OperationError>>;
  /** Does something once for this operation, and keeps what it answers. */
  readonly once: <T>(run: () => Promise<T>) => Promise<T>;
}

interface Stored {
  readonly info: StoreInfo;
  readonly commit: number;
}

/** Thrown out of the step that stores a file, which keeps nothing then. */
class NotStored extends Error {
  constructor(readonly error: OperationError | TransferError) {
    super(error.message);
  }
}

/** `op.transfer` of an operation whose callers send a file. */
export class ComingFile implements SentFile {
  readonly info: SentFile["info"];
  readonly #parts: ComingFileParts;
  #completed: Promise<Result<StoreInfo, OperationError | TransferError>> | undefined;

  /** Nothing is asked before {@link completed}. */
  constructor(parts: ComingFileParts) {
    this.info = parts.info;
    this.#parts = parts;
  }

  /** See {@link SentFile.completed}. */
  readonly completed = (): AsyncResult<StoreInfo, OperationError | TransferError> => {
    const completed = this.#completed ??= this.#complete();
    // A wait that ends because the operation goes on elsewhere is no mistake of a handler that does something else.
    completed.catch(() => {});
    return new AsyncResult(completed);
  };

  async #complete(): Promise<Result<StoreInfo, OperationError | TransferError>> {
    const { place, id, report, known, once } = this.#parts;
    let stored: Stored;
    try {
      stored = await once(() => this.#store());
    } catch (cause) {
      if (cause instanceof NotStored) return err(cause.error);
      throw cause;
    }
    const { info, commit } = stored;
    if (known()?.state !== "stored") {
      const { size } = info;
      const removed = place.forget(id);
      await report({ state: "stored", bytes: size, size, commit });
      await removed;
    }
    return ok(info);
  }

  /** Puts together what is committed, until the store has it. */
  async #store(): Promise<Stored> {
    const ahead = await this.#putAhead();
    if (ahead !== undefined) return { info: await this.#infoOf(ahead), commit: 1 };
    for (let number = 1;; number++) {
      const commit = (await this.#parts.nextCommit()).take();
      if (isErr(commit)) throw new NotStored(this.#late(commit.error));
      const last = this.#parts.known();
      // What was refused in a run before this one.
      if (last?.state === "refused" && number <= last.commit) continue;
      const put = (await this.#put(commit, number)).take();
      if (!isErr(put)) return { info: await this.#infoOf(commit), commit: number };
      const { error } = put;
      if (error.reason === "aborted") throw new NotStored(this.#ended(error));
      if (error.reason === "unavailable") throw new NotStored(error);
      await this.#parts.report({
        state: "refused",
        bytes: 0,
        size: commit.size,
        commit: number,
        error: { ...error.toSerializable() },
      });
    }
  }

  /** Has it stored while it is being sent, where nothing has become of it yet. */
  async #putAhead(): Promise<FileCommit | undefined> {
    const { place, id, owner, info, signal, known, firstCommit, patience } = this.#parts;
    if (known() !== undefined) return undefined;
    const over = new AbortController();
    let said: FileCommit | undefined;
    const reported = this.#reported();
    const stored = (bytes: number) =>
      said === undefined ? undefined : reported(bytes, said.size, 1);
    const committed = () => said;
    const commitment = firstCommit(AbortSignal.any([signal, over.signal]))
      .then((commit) => said = commit, () => {
        // What cannot be read now is read when it is waited for.
      });
    try {
      return await putAhead({
        place,
        id,
        owner,
        info,
        signal,
        committed,
        commitment,
        patience,
        stored,
      });
    } finally {
      over.abort();
      await commitment;
    }
  }

  async #infoOf({ size, digest }: FileCommit): Promise<StoreInfo> {
    const { info: { key, contentType }, now } = this.#parts;
    const updatedAt = new Date(await now()).toISOString();
    const kept = { key, size, digest, updatedAt, metadata: {} };
    return contentType === undefined ? kept : { ...kept, contentType };
  }

  async #put(commit: FileCommit, number: number): Promise<Result<void, TransferError>> {
    const { place, id, owner, info, signal } = this.#parts;
    const backoff = new Backoff(performance.now() + STORE_MS);
    const reported = this.#reported();
    const stored = (bytes: number) => reported(bytes, commit.size, number);
    for (;;) {
      const put = (await putTogether({ place, id, owner, info, commit, signal, stored })).take();
      if (isErr(put)) {
        const { error } = put;
        if (error.reason === "unavailable" && await backoff.pause(signal)) continue;
        if (signal.aborted) {
          return err(new TransferError({ reason: "aborted", message: error.message, id }));
        }
        return put;
      }
      return ok();
    }
  }

  /** Reports now and then how much is stored. */
  #reported(): (bytes: number, size: number, commit: number) => void {
    let reportedAt = performance.now();
    return (bytes, size, commit) => {
      if (performance.now() - reportedAt < REPORT_MS) return;
      reportedAt = performance.now();
      this.#parts.report({ state: "storing", bytes, size, commit });
    };
  }

  /** Why there is no further commit. */
  #late(error: OperationError): OperationError | TransferError {
    if (error.reason !== "timed_out") return error;
    const { id } = this.#parts;
    const message = `the file of ${id} has not come in its time`;
    return new TransferError({ reason: "expired", message, id });
  }

  /** What a handler is told whose operation ends; what goes on elsewhere is thrown. */
  #ended(error: TransferError): OperationError {
    const { id, signal, isCancelled } = this.#parts;
    if (!isCancelled()) throw signal.reason ?? error;
    const message = `${id} was cancelled while its file was stored`;
    return new OperationError({ reason: "cancelled", message, id });
  }
}
