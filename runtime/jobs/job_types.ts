/**
 * The types of creating jobs and looking after them, inferred from a contract: `client.jobs`.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  JobDeclaration,
  SchemaOf,
  SchemaRef,
} from "../../contracts/define/declaration.ts";
import type { Section } from "../../contracts/define/selected_surface.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { AsyncResult } from "../../contracts/result.ts";
import type { JobRecord, JobState } from "../../contracts/stored/job_record.ts";
import type { JobError } from "./job_error.ts";

/** What a job of a queue is given. */
export type JobPayloadOf<D extends JobDeclaration> = Static<SchemaOf<D["payload"]>>;

/** What a job of a queue comes to; nothing where none is declared. */
export type JobResultOf<D extends JobDeclaration> = D extends
  { readonly result: infer R extends SchemaRef } ? Static<SchemaOf<R>> : void;

/** The classes of priority of a queue, the first one before the next. */
type PriorityOf<D extends JobDeclaration> = D extends { readonly priorities: 3 } ? 0 | 1 | 2
  : D extends { readonly priorities: 2 } ? 0 | 1
  : 0;

/** How a job is created. */
export interface CreateJobOptions<D extends JobDeclaration = JobDeclaration> {
  /** Milliseconds until it is begun; at once unless given. Servers from 2.12. */
  readonly delayMs?: number;
  /** When it is begun, instead of `delayMs`. */
  readonly at?: Date;
  /** Its class, from 0 for what is begun first; 1 unless given, in queues with priorities. */
  readonly priority?: PriorityOf<D>;
  /** Its id, of letters, digits, `-` and `_`; the same again within two minutes is the same job. */
  readonly id?: string;
  /** Milliseconds after which it is given up, instead of those of the queue. */
  readonly deadlineMs?: number;
  /** W3C trace context to go on with; unless given, a handler's `client` uses that of what it handles. */
  readonly traceparent?: string;
  /** Milliseconds to wait until it is stored; 5000 unless given. */
  readonly timeoutMs?: number;
}

/** What is known of a job. */
export interface JobSnapshot<D extends JobDeclaration = JobDeclaration>
  extends Omit<JobRecord, "result" | "claim" | "worker"> {
  /** What it came to, where the queue declares a result and it is done. */
  readonly result?: JobResultOf<D>;
}

/** How long a job is waited for. */
export interface WaitForJobOptions {
  /** Milliseconds to wait; as long as it takes unless given. */
  readonly timeoutMs?: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
}

/** Which jobs are listed. */
export interface ListJobsOptions {
  /** Only those in this state. */
  readonly state?: JobState;
  /** At most so many, 1 to 1000; 100 unless given. */
  readonly limit?: number;
}

/** A job that was created, in whatever process; all it knows is its id. */
export interface JobRef<D extends JobDeclaration = JobDeclaration> {
  /** Its id. */
  readonly id: string;
  /** The queue. */
  readonly queue: string;
  /** What is known of it; `not_found` when its queue keeps nothing of jobs that are done. */
  get(): AsyncResult<JobSnapshot<D>, JobError | TransportError>;
  /**
   * Waits until it is done, and answers its result. `dead`, `expired` and `cancelled` say how it ended otherwise.
   * Of a queue that keeps no records it is only known that it is gone: that counts as done, also where somebody has
   * cancelled it. Declare `keepMs.done`, or a result, where the difference matters.
   */
  wait(options?: WaitForJobOptions): AsyncResult<JobResultOf<D>, JobError | TransportError>;
  /**
   * Takes it back, and answers what it is then: `cancelled`, or `cancelling` while its handler is being told by
   * `job.signal`; it ends when that returns. What has ended stays as it is.
   */
  cancel(reason?: string): AsyncResult<JobState, JobError | TransportError>;
}

/** One queue of the service's own. */
export interface JobQueueClient<D extends JobDeclaration = JobDeclaration> {
  /**
   * Puts a job into the queue; it is stored when this answers. A `trellis.connection.lost` or
   * `trellis.rpc.timeout` leaves open whether it was: create it again with the same `id`.
   */
  create(
    payload: JobPayloadOf<D>,
    options?: CreateJobOptions<D>,
  ): AsyncResult<JobRef<D>, ValidationError | TransportError | JobError>;
  /** The job of an id. */
  get(id: string): AsyncResult<JobSnapshot<D>, JobError | TransportError>;
  /** A reference to the job of an id, to wait for it or to cancel it; nothing is asked. */
  ref(id: string): JobRef<D>;
  /** Jobs that wait, oldest first, and those that the queue keeps records of. */
  list(
    options?: ListJobsOptions,
  ): AsyncResult<readonly JobSnapshot<D>[], JobError | TransportError>;
}

/** `client.jobs`: the queues of a contract by their names. */
export type JobsClient<B extends ContractBody> = {
  readonly [Queue in keyof Section<B, "jobs">]: Section<B, "jobs">[Queue] extends
    infer D extends JobDeclaration ? JobQueueClient<D> : never;
};
