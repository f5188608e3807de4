import { AsyncResult, isErr } from "../../../contracts/result.ts";
import { cronJobId } from "../../../contracts/stored/job_names.ts";
import { keyAt, laneOf } from "../../../contracts/stored/key_lane.ts";
import type { JobRecord } from "../../../contracts/stored/job_record.ts";
import type { Log } from "../../log.ts";
import type { DeliveryNotes } from "../../work/delivery_notes.ts";
import type { Overdue } from "../../work/hung_handlers.ts";
import type { Worker } from "../../work/nats/worker.ts";
import type { OpenSteps } from "../../consume/steps.ts";
import { RecordFollower } from "../follow_records.ts";
import { type Gate, JobRunner, type UntypedJobHandler } from "../handlers/run_job.ts";
import type { ListJobsOptions, WaitForJobOptions } from "../job_types.ts";
import { type RelayedJob, relayedPlan } from "../outbox_job.ts";
import type { PutOutcome } from "../../relay/relay.ts";
import type { QueueItem } from "../queue_item.ts";
import type { Migrations } from "../read_payload.ts";
import { parseScheduledId } from "../scheduled_id.ts";
import { ScheduleTicks } from "../schedule_ticks.ts";
import type { OpenRecords } from "../record_store.ts";
import { cancelJob } from "./cancel_job.ts";
import { createJob, type CreateOptions, storeJob } from "./create_job.ts";
import { findJob, listJobs } from "./find_job.ts";
import type { QueueAccess } from "./queue_access.ts";
import { queueWorker } from "./queue_worker.ts";
import { rateGate } from "./rate_gate.ts";
import { waitForJob } from "./wait_for_job.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../../contracts/manifest/names.ts";

/** What a queue is worked on with, beside what it is looked into with. */
export interface JobQueueParts extends QueueAccess {
  readonly openRecords: OpenRecords;
  readonly steps: OpenSteps;
  readonly notes: DeliveryNotes;
  /** Whether starts can be counted. */
  readonly countsStarts: boolean;
  /** This process, as records name it. */
  readonly process: string;
  readonly log: Log;
  /** Is told of handlers that have not ended by their deadline. */
  readonly overdue: Overdue;
}

/** `client.jobs.<queue>`, as untyped code calls it. */
export interface UntypedQueue {
  readonly create: (payload: unknown, options?: CreateOptions) => AsyncResult<object, Error>;
  readonly get: object;
  readonly list: object;
  readonly ref: object;
}

/** One queue of a service: what is put into it, looked after and worked on. */
export class JobQueue {
  readonly #parts: JobQueueParts;
  readonly #ticks: ScheduleTicks;
  #worker: Worker<QueueItem> | undefined;
  #follower: RecordFollower | undefined;

  /** Nothing is asked of the server. */
  constructor(parts: JobQueueParts) {
    this.#parts = parts;
    this.#ticks = new ScheduleTicks(parts.surface, parts.openRecords);
  }

  /** Jobs in work. */
  get inWork(): number {
    return this.#worker?.inWork ?? 0;
  }

  /** `client.jobs.<queue>`, as untyped code calls it. */
  get client(): UntypedQueue {
    const parts = this.#parts;
    return {
      create: (payload: unknown, options: CreateOptions = {}) =>
        new AsyncResult(createJob(parts, payload, options)).map((id) => this.#ref(id, true)),
      get: (id: string) => new AsyncResult(findJob(parts, id)).map(snapshot),
      list: (options: ListJobsOptions = {}) =>
        new AsyncResult(listJobs(parts, options)).map((jobs) => jobs.map(snapshot)),
      ref: (id: string) => this.#ref(id, false),
    };
  }

  /** Puts a job into the queue that was committed together with values. */
  async put(relayed: RelayedJob): Promise<PutOutcome> {
    const deadline = performance.now() + PUT_MS;
    const stored = (await storeJob(this.#parts, relayedPlan(relayed), deadline)).take();
    if (!isErr(stored)) return { kind: "done" };
    const { error } = stored;
    if (error.name === "TransportError") {
      const { message: problem, code } = error;
      const isForGood = code === "trellis.rpc.payload_too_large";
      return { kind: isForGood ? "invalid" : "waits", problem };
    }
    const { surface: { name }, log } = this.#parts;
    log.warn(`${name}: a job of a transaction was left out: ${error.message}`, { job: relayed.id });
    return { kind: "done" };
  }

  /** Begins to work on its jobs. */
  start(handler: UntypedJobHandler, migrations: Migrations): void {
    const { surface, stream, requests, dead, records, steps, notes, now, log } = this.#parts;
    const { declared, keepDeadMs } = surface;
    if (records !== undefined) this.#follower = new RecordFollower(records, log);
    const runner = new JobRunner({
      surface,
      steps,
      log,
      handler,
      migrations,
      worker: this.#parts.process,
      gates: this.#gates(),
      now,
      ...(records === undefined ? {} : { records }),
      ...(this.#follower === undefined ? {} : { following: this.#follower }),
    });
    this.#worker = queueWorker({
      ...stream.owner,
      requests,
      binding: stream.binding,
      isStrict: declared.keyConcurrency?.ordering === "strict",
      dead: declared.dlq === false ? undefined : dead,
      keepDeadMs,
      notes,
      now,
      log,
      scheduled: this.#ticks.scheduled,
      run: runner.run,
      expired: runner.expired,
      overdue: this.#parts.overdue,
      decided: runner.decided,
    });
    this.#worker.start();
    this.#catchUp().catch((cause) =>
      log.warn(`${surface.name}: missed times of its schedules are not made up`, { cause })
    );
  }

  /** Takes no more jobs, and waits for those in work: see `Worker.stop`. */
  async stop(deadlineMs: number, onQuiet: () => void): Promise<void> {
    if (this.#worker === undefined) onQuiet();
    await this.#worker?.stop(deadlineMs, onQuiet);
    this.#follower?.stop();
  }

  #ref(id: string, isKnown: boolean): object {
    const parts = this.#parts;
    return {
      id,
      queue: parts.surface.name,
      get: () => new AsyncResult(findJob(parts, id)).map(snapshot),
      wait: (options: WaitForJobOptions = {}) =>
        new AsyncResult(waitForJob(parts, id, options, isKnown)),
      cancel: (reason?: string) => new AsyncResult(cancelJob(parts, id, reason)),
    };
  }

  #gates(): readonly Gate[] {
    const { requests, stream: { owner }, surface: { declared }, now, countsStarts } = this.#parts;
    const { rate, schedules } = declared;
    const gates: Gate[] = [];
    if (schedules !== undefined) {
      gates.push(async ({ item, delivery, tries }) => {
        const scheduled = tries > 1 ? undefined : parseScheduledId(item.id);
        if (scheduled === undefined) return undefined;
        const { schedule, time } = scheduled;
        const isFirst = await this.#ticks.mayBegin(schedule, time, delivery.sequence);
        return isFirst ? undefined : { kind: "done" };
      });
    }
    if (rate !== undefined && countsStarts) {
      gates.push(rateGate({ ...owner, requests, rate, now }));
    }
    return gates;
  }

  async #catchUp(): Promise<void> {
    const { surface: { declared, payloadVersion }, stream, now, digest } = this.#parts;
    if (declared.schedules === undefined) return;
    const key = declared.keyConcurrency?.key;
    await this.#ticks.missed(await now(), async (name, { payload }, time) => {
      const id = cronJobId(name, time);
      const enqueued = await stream.enqueue({
        id,
        class: declared.priorities === undefined ? 0 : 1,
        lane: key === undefined ? 0 : laneOf(keyAt(payload, key)),
        slot: id,
        body: new TextEncoder().encode(JSON.stringify(payload)),
        createdAt: new Date(await now()).toISOString(),
        payloadVersion: payloadVersion === DEFAULT_PAYLOAD_VERSION ? undefined : payloadVersion,
        marks: { cause: `cron:${name}@${time.toISOString()}`, digest },
      }, { deadline: performance.now() + CATCH_UP_MS });
      return enqueued.isOk();
    });
  }
}

/** Milliseconds that creating the job of a missed time may take. */
const CATCH_UP_MS = 10_000;
/** Milliseconds that putting a job of a transaction into the queue may take. */
const PUT_MS = 5000;

/** What people are shown of a record. */
function snapshot({ claim: _claim, worker: _worker, ...record }: JobRecord): object {
  return record;
}
