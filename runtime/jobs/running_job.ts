import type { JsonValue } from "../../contracts/json/json.ts";
import {
  isJobEnded,
  type JobLogLine,
  type JobRecord,
  type JobState,
  MOST_LOG_LINES,
} from "../../contracts/stored/job_record.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { WriteCondition } from "../kv/kv_bucket.ts";
import type { KVError } from "../kv/kv_error.ts";
import { unrefTimer } from "../nats/unref_timer.ts";
import { claimText, decideClaim, type DeliveryClaim } from "./decide_claim.ts";
import { type FoundRecord, isRaced, type KeptRecord, type RecordStore } from "./record_store.ts";

/** Progress and logs are written so far apart, in milliseconds; the last of them always is. */
const APART_MS = 200;
/** How often a record is read again when others write it at the same time. */
const RACES = 10;

/** Who was given a job, and which try it is. */
export interface Claiming extends DeliveryClaim {
  readonly id: string;
  readonly attempt: number;
  readonly createdAt: string;
  readonly deadline: string | undefined;
  readonly cause: string | undefined;
  readonly worker: string;
}

/** A job that was claimed, or why it was not. */
export type Claimed = RunningJob | "ended" | "taken";

/** What is written into a record beside what is there. */
export type RecordChange = Partial<Omit<JobRecord, "id" | "updatedAt">>;

/**
 * The record of a job while a worker has it. All that is written follows what the worker has written before: when
 * another one has taken the job over, it is refused, and the worker learns it.
 */
export class RunningJob {
  readonly #store: RecordStore;
  readonly #claim: string;
  /** Called when the handler is to end. */
  readonly #stop: (why: string) => void;
  #record: JobRecord;
  #revision: string;
  #writing: Promise<unknown> = Promise.resolve();
  #isChanged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTaken = false;
  #isFinishing = false;
  /** The state that its last write was for, of which there was no answer. */
  #unanswered: JobState | undefined;

  private constructor(store: RecordStore, kept: KeptRecord, stop: (why: string) => void) {
    this.#store = store;
    this.#stop = stop;
    this.#record = kept.record;
    this.#revision = kept.revision;
    this.#claim = kept.record.claim ?? "";
  }

  /**
   * Claims a job.
   *
   * @param stop called when the handler is to end: it was cancelled, or another worker has it
   */
  static async claim(
    store: RecordStore,
    { id, attempt, createdAt, deadline, cause, worker, ...delivery }: Claiming,
    stop: (why: string) => void,
    keepMs: number,
  ): Promise<Result<Claimed, KVError>> {
    const claim = claimText(delivery);
    let when: WriteCondition = { kind: "absent" };
    let before: Pick<JobRecord, "logs" | "progress"> = {};
    for (let races = 0;; races++) {
      const now = new Date().toISOString();
      const record: JobRecord = {
        ...before,
        id,
        state: "running",
        attempt,
        createdAt,
        updatedAt: now,
        ...(deadline === undefined ? {} : { deadline }),
        ...(cause === undefined ? {} : { cause }),
        startedAt: now,
        worker,
        claim,
      };
      const revision = (await store.write(id, record, when)).take();
      if (!isErr(revision)) return ok(new RunningJob(store, { record, revision }, stop));
      if (!isRaced(revision.error) || races === RACES) return revision;
      const kept = (await store.read(id)).take();
      if (isErr(kept)) return kept;
      when = kept === undefined ? { kind: "absent" } : revisionOf(kept);
      before = {};
      if (kept?.record === undefined) continue;
      const decision = decideClaim(kept.record, delivery);
      if (decision === "cancel") {
        const cancelled = {
          ...kept.record,
          state: "cancelled",
          updatedAt: now,
          endedAt: now,
        } as const;
        const ended = await store.write(id, cancelled, when, keepMs);
        if (ended.isErr() && !isRaced(ended.error)) return err(ended.error);
        if (ended.isOk()) return ok("ended");
      } else if (decision !== "claim") return ok(decision);
      const { logs, progress } = kept.record;
      before = { ...(logs && { logs }), ...(progress === undefined ? {} : { progress }) };
    }
  }

  /** Its id. */
  get id(): string {
    return this.#record.id;
  }

  /** Somebody has told it to end. */
  get isCancelling(): boolean {
    return this.#record.state === "cancelling";
  }

  /** Notes how far it is. */
  progress(progress: JsonValue): void {
    this.#change({ progress });
  }

  /** Keeps a line of its log. */
  log(message: string): void {
    const line: JobLogLine = { time: new Date().toISOString(), message };
    this.#change({ logs: [...this.#record.logs ?? [], line].slice(-MOST_LOG_LINES) });
  }

  /** Notes why this try has failed; written with what becomes of it. */
  fails(error: string): void {
    this.#record = { ...this.#record, error };
  }

  /** Is shown its record as it stands now. */
  notice({ record, revision }: KeptRecord): void {
    if (this.#isTaken || Number(revision) <= Number(this.#revision)) return;
    // Somebody has ended what stood nowhere any more; this one writes how it ended last.
    const isOver = isJobEnded(record.state) && !this.#isFinishing;
    if (record.claim !== this.#claim || isOver) return this.#lose(record);
    const { state, error } = record;
    if (state !== "running" && state !== "cancelling") return;
    // It may have been written here, and the answer was lost.
    this.#revision = revision;
    if (state === "running" || this.isCancelling) return;
    // What was not written yet of it stays.
    this.#record = { ...this.#record, state, ...(error === undefined ? {} : { error }) };
    this.#stop(error === undefined ? "it was cancelled" : `it was cancelled: ${error}`);
  }

  /**
   * Writes how it ended, or that it waits for its next try; false when another worker has it. Nothing is written
   * after it. When that has failed it may be called again: what was written without an answer stays.
   */
  finish(change: RecordChange, keepMs?: number): Promise<Result<boolean, KVError>> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isChanged = false;
    this.#isFinishing = true;
    const written = this.#writing.then(() => this.#finish(change, keepMs));
    this.#writing = written;
    return written;
  }

  async #finish(change: RecordChange, keepMs?: number): Promise<Result<boolean, KVError>> {
    for (let races = 0; !this.#isTaken; races++) {
      // Whoever is told to end ends so, whatever came of it.
      const last = this.isCancelling ? { state: "cancelled" as const } : change;
      const written = (await this.#write(last, keepMs)).take();
      if (!isErr(written)) break;
      const { reason } = written.error;
      if (reason === "unknown_outcome") this.#unanswered = last.state;
      if (reason === "too_large" && this.#leaveOut()) continue;
      if (!isRaced(written.error) || races === RACES) return written;
      const kept = (await this.#store.read(this.id)).take();
      if (isErr(kept)) return kept;
      const record = kept?.record;
      if (record?.claim === this.#claim && record.state === this.#unanswered) break;
      this.#see(kept);
    }
    const isOurs = !this.#isTaken;
    this.#isTaken = true;
    return ok(isOurs);
  }

  #change(change: RecordChange): void {
    if (this.#isTaken) return;
    this.#record = { ...this.#record, ...change };
    this.#isChanged = true;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isChanged) this.#writing = this.#writing.then(() => this.#flush());
    }, APART_MS);
    unrefTimer(this.#timer);
  }

  async #flush(): Promise<void> {
    if (this.#isTaken) return;
    this.#isChanged = false;
    const written = (await this.#write({})).take();
    if (!isErr(written) || !isRaced(written.error)) return;
    const kept = (await this.#store.read(this.id)).take();
    if (isErr(kept)) return;
    this.#see(kept);
    if (!this.#isTaken) await this.#write({}).then(() => {});
  }

  /** How it ends is worth more than what was reported on the way; false when nothing was. */
  #leaveOut(): boolean {
    const { progress, logs, ...record } = this.#record;
    this.#record = record;
    return progress !== undefined || logs !== undefined;
  }

  async #write(change: RecordChange, keepMs?: number): Promise<Result<string, KVError>> {
    const record = { ...this.#record, ...change, updatedAt: new Date().toISOString() };
    const when = { kind: "revision", revision: this.#revision } as const;
    const written = await this.#store.write(this.id, record, when, keepMs);
    if (written.isOk()) this.#revision = written.value;
    return written;
  }

  /** What is there now, of somebody else: a record that is gone, is none, or has ended is nobody's. */
  #see(found: FoundRecord | undefined): void {
    if (found?.record === undefined || isJobEnded(found.record.state)) this.#lose(found?.record);
    else this.notice({ record: found.record, revision: found.revision });
  }

  #lose(record?: JobRecord): void {
    if (this.#isTaken) return;
    this.#isTaken = true;
    const isOver = record?.claim === this.#claim;
    this.#stop(isOver ? `it is ${record.state}` : "another worker has it");
  }
}

function revisionOf({ revision }: FoundRecord): WriteCondition {
  return { kind: "revision", revision };
}
