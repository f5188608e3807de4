import { deferred } from "../../nats/link/deferred.ts";
import { isEnded, type OperationRecord } from "../../../contracts/stored/operation_record.ts";
import { isErr } from "../../../contracts/result.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import { pause } from "../../nats/pause.ts";
import type { Outcome } from "../../work/outcome.ts";
import type { StoredOperation } from "../operation_control.ts";
import type { OperationPlace } from "./operation_place.ts";

/** Milliseconds between two writes of progress. */
const PROGRESS_MS = 200;
/** Milliseconds for which it is tried to write how an operation has ended. */
const END_MS = 30_000;
/** Milliseconds between two such attempts. */
const AGAIN_MS = 250;

/** What a write came to. */
export type Written =
  | "written"
  /** Another worker has it by now, so nothing that this one says counts any more. */
  | "taken"
  /** It has ended: nothing can become of it any more. */
  | "ended"
  /** The record cannot be written at the moment. */
  | "unwritten"
  /** The record would be larger than the server takes, and will be each time. */
  | "too_large";

type Change = Partial<OperationRecord>;

/**
 * The record of an operation while a worker has it. Each write asks that nobody has written since; who finds the
 * claim of another worker there has lost the operation. What a caller has written, that it is to end, is taken over.
 */
export class HeldOperation {
  /** Resolves when it goes on no more here, whatever its handler does: it was lost, or it has given up its place. */
  readonly interrupted: Promise<Outcome>;
  readonly #interrupt: (outcome: Outcome) => void;
  readonly #place: OperationPlace;
  readonly #claim: string;
  readonly #aborting = new AbortController();
  #stored: StoredOperation;
  #writing: Promise<unknown> = Promise.resolve();
  #progress: JsonValue | undefined;
  #progressTimer: ReturnType<typeof setTimeout> | undefined;
  #progressAt = -Infinity;
  #writtenAt = performance.now();
  readonly #beat: ReturnType<typeof setInterval>;

  /**
   * @param stored the record, with the claim of the worker
   * @param hasWaited whether it had given up its place in the queue before
   */
  constructor(place: OperationPlace, stored: StoredOperation, readonly hasWaited = false) {
    this.#place = place;
    this.#stored = stored;
    this.#claim = stored.record.claim ?? "";
    const { promise, resolve } = deferred<Outcome>();
    this.interrupted = promise;
    this.#interrupt = resolve;
    const beatMs = Math.max(1000, place.queue.binding.ackWaitMs / 3);
    this.#beat = setInterval(() => {
      if (performance.now() - this.#writtenAt >= beatMs / 2) this.update({});
    }, beatMs);
    unrefTimer(this.#beat);
    // What somebody has asked for between the claim and now.
    if (this.isCancelling) this.#cancel();
  }

  /** As it was written last. */
  get record(): OperationRecord {
    return this.#stored.record;
  }

  /** True when somebody wants it to end. */
  get isCancelling(): boolean {
    return this.record.state === "cancelling";
  }

  /** Aborts when its handler is to end: somebody has cancelled it, or it is not here any more. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Keeps what is reported last; what comes faster than it is written is passed over. */
  report(progress: JsonValue): void {
    this.#progress = progress;
    if (this.#progressTimer !== undefined) return;
    const wait = Math.max(0, this.#progressAt + PROGRESS_MS - performance.now());
    this.#progressTimer = setTimeout(() => {
      this.#progressTimer = undefined;
      this.#progressAt = performance.now();
      if (this.#progress !== undefined) this.update({});
    }, wait);
  }

  /** Writes a change, behind those before it. */
  update(change: Change): Promise<Written> {
    const written = this.#writing.then(() => this.#write(change));
    this.#writing = written;
    return written;
  }

  /** The same of what must not be lost: the end, and that it waits. Tries for half a minute. */
  async conclude(change: Change): Promise<Written> {
    const end = performance.now() + END_MS;
    for (;;) {
      const written = await this.update(change);
      if (written === "written" && isEnded(this.record.state)) await this.#forgetFile();
      if (written !== "unwritten" || performance.now() > end) return written;
      await pause(AGAIN_MS);
    }
  }

  /** Looks what others have written, unless it is known up to a revision. */
  look(revision: number = Infinity): Promise<unknown> {
    return this.#writing = this.#writing.then(() =>
      revision > this.#stored.revision ? this.#readAgain() : undefined
    );
  }

  /** It goes on no more here. */
  interrupt(outcome: Outcome, why: string): void {
    this.#interrupt(outcome);
    this.#aborting.abort(new DOMException(why, "AbortError"));
  }

  /** Writes nothing more by itself. */
  release(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#progressTimer);
    this.#progressTimer = undefined;
  }

  /** What was sent for it is needed no more; what was stored is removed already. */
  async #forgetFile(): Promise<void> {
    const { id, transfer } = this.record;
    if (transfer?.state !== "stored") await this.#place.file?.forget(id);
  }

  async #write(change: Change): Promise<Written> {
    for (;;) {
      if (this.record.claim !== this.#claim) return "taken";
      if (isEnded(this.record.state)) return "ended";
      const at = new Date(await this.#place.now()).toISOString();
      const reported = this.#progress;
      const progress = reported === undefined ? {} : { progress: reported };
      // Whatever becomes of what was told to end, it was cancelled.
      const next: Change = this.isCancelling && change.state !== undefined
        ? { state: "cancelled" }
        : change;
      const record = { ...this.record, ...progress, ...next, updatedAt: at, heartbeatAt: at };
      const written = (await this.#place.records.write(record, this.#stored.revision)).take();
      if (!isErr(written)) {
        // What was reported meanwhile is to be written yet.
        if (this.#progress === reported) this.#progress = undefined;
        this.#stored = { record, revision: written };
        this.#writtenAt = performance.now();
        return "written";
      }
      const { reason, message } = written.error;
      if (reason === "too_large") {
        if (this.#progress === undefined) return "too_large";
        this.#place.log.warn(`the progress of ${record.id} was left out: ${message}`);
        this.#progress = undefined;
        continue;
      }
      const mayBeOthers = reason === "revision_mismatch" || reason === "unknown_outcome";
      if (!mayBeOthers || !await this.#readAgain()) {
        const { log, surface } = this.#place;
        log.warn(`${surface.name} ${record.id}: its record could not be written: ${message}`);
        return "unwritten";
      }
    }
  }

  /** False when it cannot be read. */
  async #readAgain(): Promise<boolean> {
    const found = (await this.#place.records.read(this.record.id)).take();
    if (isErr(found)) return false;
    // A record that was removed by hand is nobody's.
    const current = found ?? { record: { ...this.record, claim: undefined }, revision: 0 };
    if (current.revision === this.#stored.revision) return true;
    this.#stored = current;
    if (current.record.claim !== this.#claim) {
      this.interrupt({ kind: "taken" }, "another worker has it by now");
    } else if (this.isCancelling) this.#cancel();
    return true;
  }

  #cancel(): void {
    this.#aborting.abort(new DOMException("it was cancelled", "AbortError"));
  }
}
