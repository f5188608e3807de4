import { isErr } from "../../contracts/result.ts";
import type { Log } from "../log.ts";
import { unrefTimer } from "../nats/unref_timer.ts";
import type { RecordStore } from "./record_store.ts";
import type { RunningJob } from "./running_job.ts";

/** Most jobs are done before it is worth watching what is written into their records. */
const WATCH_AFTER_MS = 100;
/** A watch ends when nothing has run for so long. */
const IDLE_MS = 5000;

/** Tells the jobs in work of a queue what others write into their records: that they are to end. */
export class RecordFollower {
  readonly #records: RecordStore;
  readonly #log: Log;
  /** With the time at which they began, the longest first. */
  readonly #running = new Map<string, { readonly job: RunningJob; readonly since: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching: AbortController | undefined;
  #isOver = false;

  /** Nothing is asked before something has run for a while. */
  constructor(records: RecordStore, log: Log) {
    this.#records = records;
    this.#log = log;
  }

  /** One has begun. */
  add(job: RunningJob): void {
    this.#running.set(job.id, { job, since: performance.now() });
    if (this.#watching === undefined) this.#checkIn(WATCH_AFTER_MS);
  }

  /** It has ended. */
  delete(job: RunningJob): void {
    if (this.#running.get(job.id)?.job === job) this.#running.delete(job.id);
  }

  /** Watches no more. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#watching?.abort();
  }

  #checkIn(ms: number): void {
    if (this.#isOver || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#check();
    }, ms);
    unrefTimer(this.#timer);
  }

  #check(): void {
    const [oldest] = this.#running.values();
    if (oldest === undefined) {
      this.#watching?.abort();
      return;
    }
    if (this.#watching !== undefined) return this.#checkIn(IDLE_MS);
    if (performance.now() - oldest.since >= WATCH_AFTER_MS) {
      this.#watch().catch((cause) => this.#log.error("records are not watched", { cause }));
    } else this.#checkIn(WATCH_AFTER_MS);
  }

  async #watch(): Promise<void> {
    const watching = this.#watching = new AbortController();
    this.#checkIn(IDLE_MS);
    try {
      const changes = (await this.#records.watch("*", { signal: watching.signal })).take();
      if (isErr(changes)) return;
      // What was written before the watch began.
      for (const { job } of [...this.#running.values()]) void this.#look(job);
      for await (const kept of changes) this.#running.get(kept.record.id)?.job.notice(kept);
    } catch {
      // The bucket is gone, or the connection is: jobs that are told to end are so by their next write.
    } finally {
      this.#watching = undefined;
      if (this.#running.size > 0) this.#checkIn(WATCH_AFTER_MS * 10);
    }
  }

  async #look(job: RunningJob): Promise<void> {
    const kept = (await this.#records.read(job.id)).take();
    if (isErr(kept) || kept?.record === undefined) return;
    job.notice({ record: kept.record, revision: kept.revision });
  }
}
