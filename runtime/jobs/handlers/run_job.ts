import { isErr, type Result } from "../../../contracts/result.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { jsonMisfit } from "../../../contracts/json/json_fit.ts";
import type { KVError } from "../../kv/kv_error.ts";
import type { Undone } from "../../work/decide_delivery.ts";
import { type Outcome, outcomeOf, textOf } from "../../work/outcome.ts";
import type { QueueItem } from "../queue_item.ts";
import type { QueueRun } from "../queue_run.ts";
import { type Migrations, newerPauseMs, readPayload } from "../read_payload.ts";
import type { RecordStore } from "../record_store.ts";
import { type RecordChange, RunningJob } from "../running_job.ts";
import { writeLast } from "../write_last.ts";
import { DeliveredJob, type QueueFacts } from "./delivered_job.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../../contracts/manifest/names.ts";

/** A handler as a queue runs it, whatever its types. */
export type UntypedJobHandler = (
  payload: unknown,
  job: DeliveredJob,
) => Result<unknown, unknown> | PromiseLike<Result<unknown, unknown>>;

/** What the jobs of a queue are worked on with. */
export interface JobHandling extends QueueFacts {
  readonly handler: UntypedJobHandler;
  readonly migrations: Migrations;
  /** Where its jobs have records. */
  readonly records?: RecordStore;
  /** This process, as records name it. */
  readonly worker: string;
  /** Follows the records of jobs in work. */
  readonly following?: Following;
  /** Says what becomes of a job before it is begun; undefined: it is. */
  readonly gates: readonly Gate[];
  /** Milliseconds since 1970, by the clock of the server. */
  readonly now: () => Promise<number>;
}

/** Tells jobs in work what is written into their records. */
export interface Following {
  add(running: RunningJob): void;
  delete(running: RunningJob): void;
}

/** Holds a job, or lets it pass. */
export type Gate = (run: QueueRun, payload: unknown) => Promise<Outcome | undefined>;

const DONE: Outcome = { kind: "done" };
/** Milliseconds until a job comes again whose record could not be written. */
const UNWRITTEN_MS = 1000;

/** Works on the jobs of one queue. */
export class JobRunner {
  readonly #handling: JobHandling;
  /** Of the jobs in work. */
  readonly #running = new WeakMap<QueueItem, RunningJob>();
  /** Versions of payloads that only a newer version of the service reads, as far as the log has said it. */
  readonly #newer = new Set<string>();

  /** Nothing is asked before a job has come. */
  constructor(handling: JobHandling) {
    this.#handling = handling;
  }

  /** Gives one delivery to its handler; what is answered at once costs no promise. Never throws or rejects. */
  readonly run = (run: QueueRun): Outcome | Promise<Outcome> => {
    const { surface, migrations, records, gates } = this.#handling;
    const version = run.item.payloadVersion ?? DEFAULT_PAYLOAD_VERSION;
    const read = readPayload(surface, migrations, version, run.delivery.data);
    if (read.kind === "newer") return this.#putOff(run, version, read.reason);
    if (read.kind !== "payload") return read;
    if (records === undefined && gates.length === 0) return this.#handle(run, read.payload);
    return this.#begin(run, read.payload, records);
  };

  /** Keeps in its record what becomes of a job that is not done. */
  readonly decided = async (item: QueueItem, decision: Undone, tries: number): Promise<void> => {
    const { records, surface, log } = this.#handling;
    if (records === undefined) return;
    const change = changeOf(decision, tries);
    const keepMs = decision.kind === "dead" ? surface.keepDeadMs : undefined;
    const running = this.#running.get(item);
    // What was not begun waits, as the queue says; whoever cancels it meanwhile must not be overruled.
    if (running === undefined && decision.kind !== "dead") return;
    const write = () =>
      running === undefined
        ? putRecord(records, item, change, tries, keepMs)
        : running.finish(change, keepMs);
    const written = decision.kind === "dead" ? await writeLast<unknown>(write) : await write();
    if (written.isErr()) {
      log.warn(`${surface.name}: the record of ${item.id} was not written`, {
        cause: written.error,
      });
    }
  };

  /** What becomes of a job whose deadline has passed while it ran. */
  readonly expired = async (run: QueueRun): Promise<Outcome> => {
    const running = this.#running.get(run.item);
    if (running?.isCancelling) return await this.#end(running, {});
    return { kind: "expired", reason: `its deadline ${run.item.deadline} has passed` };
  };

  async #putOff({ item, delivery }: QueueRun, version: string, reason: string): Promise<Outcome> {
    const { surface: { name, payloadVersion }, log, now } = this.#handling;
    if (!this.#newer.has(version)) {
      this.#newer.add(version);
      log.warn(
        `${name}: jobs with payloads of ${version} wait: a newer version of the service has made them, and this ` +
          `one reads ${payloadVersion}`,
        { job: item.id },
      );
    }
    const { putOffSince } = item;
    const { deliveries } = delivery;
    const afterMs = newerPauseMs({ putOffSince, deliveries, now: await now() });
    return { kind: "later", afterMs, reason };
  }

  async #begin(
    run: QueueRun,
    payload: unknown,
    records: RecordStore | undefined,
  ): Promise<Outcome> {
    for (const gate of this.#handling.gates) {
      const held = await gate(run, payload);
      if (held !== undefined) return held;
    }
    if (records === undefined) return await this.#handle(run, payload);
    const { worker, surface, following } = this.#handling;
    const { item: { id, createdAt, deadline, cause }, tries: attempt, delivery } = run;
    const { sequence, deliveries, writtenAt } = delivery;
    const claimed = (await RunningJob.claim(
      records,
      { id, createdAt, deadline, cause, attempt, worker, sequence, deliveries, writtenAt },
      (why) => run.abort(why),
      surface.keepDoneMs,
    )).take();
    if (isErr(claimed)) return unwritten(claimed.error);
    if (claimed === "ended") return DONE;
    if (claimed === "taken") return { kind: "taken" };
    this.#running.set(run.item, claimed);
    following?.add(claimed);
    try {
      return await this.#handle(run, payload, claimed);
    } finally {
      following?.delete(claimed);
    }
  }

  #handle(
    run: QueueRun,
    payload: unknown,
    running?: RunningJob,
  ): Outcome | Promise<Outcome> {
    const job = new DeliveredJob(run, this.#handling, running);
    try {
      const result = this.#handling.handler(payload, job);
      if ("then" in result) return this.#answeredLater(result, job, running);
      return this.#answered(result, running);
    } catch (cause) {
      return this.#failed(this.#threw(cause, job), running);
    }
  }

  async #answeredLater(
    result: PromiseLike<Result<unknown, unknown>>,
    job: DeliveredJob,
    running: RunningJob | undefined,
  ): Promise<Outcome> {
    try {
      return await this.#answered(await result, running);
    } catch (cause) {
      return await this.#failed(this.#threw(cause, job), running);
    }
  }

  #answered(
    result: Result<unknown, unknown>,
    running: RunningJob | undefined,
  ): Outcome | Promise<Outcome> {
    if (result.isErr()) return this.#failed(outcomeOf(result.error), running);
    const { result: validator } = this.#handling.surface;
    const value = result.orThrow();
    if (validator !== undefined) {
      const [issue = jsonMisfit(value)] = validator.check(value) ? [] : validator.issues(value);
      if (issue !== undefined) {
        const error = `its result does not fit: ${issue.path || "/"} ${issue.message}`;
        return this.#failed({ kind: "failed", error }, running);
      }
    }
    if (running === undefined) return DONE;
    return this.#end(running, validator === undefined ? {} : { result: value as JsonValue });
  }

  #threw(cause: unknown, { id: job, attempt }: DeliveredJob): Outcome {
    const { surface: { name }, log } = this.#handling;
    log.error(`${name}: the handler of a job threw`, { job, attempt, cause });
    const outcome = outcomeOf(cause);
    return outcome.kind === "failed" ? { kind: "failed", error: textOf(cause) } : outcome;
  }

  /** One that was told to end has ended. */
  #failed(outcome: Outcome, running: RunningJob | undefined): Outcome | Promise<Outcome> {
    if (running?.isCancelling) return this.#end(running, {});
    if (outcome.kind === "failed") running?.fails(outcome.error);
    return outcome;
  }

  async #end(running: RunningJob, change: RecordChange): Promise<Outcome> {
    const endedAt = new Date().toISOString();
    const { keepDoneMs } = this.#handling.surface;
    const last = { ...change, state: "done", endedAt } as const;
    const written = (await writeLast(() => running.finish(last, keepDoneMs))).take();
    if (!isErr(written)) return written ? DONE : { kind: "taken" };
    const { reason, message } = written.error;
    if (reason !== "too_large") return unwritten(written.error);
    const error = `its result is too large: ${message}`;
    running.fails(error);
    return { kind: "failed", error };
  }
}

function unwritten({ message }: Error): Outcome {
  return { kind: "later", afterMs: UNWRITTEN_MS, reason: message };
}

function changeOf(
  decision: Undone,
  attempt: number,
): RecordChange & Pick<Required<RecordChange>, "state"> {
  if (decision.kind === "dead") {
    const { reason, error } = decision;
    return { state: "dead", attempt, reason, error, endedAt: new Date().toISOString() };
  }
  const isBack = decision.kind === "wait" && decision.isFree && decision.afterMs === 0;
  return { state: isBack ? "queued" : "scheduled", attempt };
}

/** Writes the record of a job that was not begun: nobody else has it. */
async function putRecord(
  records: RecordStore,
  { id, createdAt }: QueueItem,
  change: RecordChange & Pick<Required<RecordChange>, "state">,
  attempt: number,
  keepMs: number | undefined,
): Promise<Result<unknown, KVError>> {
  const record = { id, attempt, createdAt, updatedAt: new Date().toISOString(), ...change };
  return await records.write(id, record, { kind: "any" }, keepMs);
}
