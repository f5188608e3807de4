import type { Contract } from "../../../contracts/define/contract.ts";
import type { Bindings, QueueBinding } from "../../../contracts/stored/bindings.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { AsyncResult } from "../../../contracts/result.ts";
import { stepsOpener } from "../../consume/nats/open_steps.ts";
import { KeptNotes, type OpenSteps } from "../../consume/steps.ts";
import type { Log } from "../../log.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { ServerTime } from "../../nats/jetstream/server_time.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import { OwnNotes } from "../../work/delivery_notes.ts";
import type { HungHandlers } from "../../work/hung_handlers.ts";
import type { UntypedJobHandler } from "../handlers/run_job.ts";
import { jobSurface } from "../job_surface.ts";
import { type PrepareJob, prepareJob, type RelayedJob } from "../outbox_job.ts";
import type { PutOutcome } from "../../relay/relay.ts";
import type { Migrations } from "../read_payload.ts";
import { type OpenRecords, RecordStore } from "../record_store.ts";
import { recordsOpener } from "./open_records.ts";
import { JobQueue, type UntypedQueue } from "./job_queue.ts";
import { QueueStream } from "./queue_stream.ts";
import { stopTogether } from "../../work/stop_together.ts";

/** What the queues of a service are made of. */
export interface JobQueuesParts {
  readonly contract: Contract;
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly bindings: Pick<Bindings, "jobs" | "records" | "rates" | "dead" | "steps">;
  /** The time as the server has it, in milliseconds since 1970. */
  readonly now: ServerTime;
  readonly log: Log;
  readonly hung: HungHandlers;
}

/** `client.jobs` as untyped code sees it, by the names of queues. */
export type JobClients = Readonly<Record<string, UntypedQueue>>;

/** The queues of a service: each works as soon as it has its handler. */
export class JobQueues {
  readonly #parts: JobQueuesParts;
  readonly #queues = new Map<string, JobQueue | undefined>();
  readonly #handled = new Set<string>();
  readonly #openRecords: OpenRecords;
  readonly #openSteps: OpenSteps;
  #stopping: Promise<void> | undefined;

  /** Nothing is asked of the server. */
  constructor(parts: JobQueuesParts) {
    this.#parts = parts;
    const { contract: { manifest }, messaging, bindings, deployment } = parts;
    const { records, steps } = bindings;
    this.#openRecords = recordsOpener(messaging, deployment, records);
    this.#openSteps = stepsOpener(messaging, steps);
    for (const name of Object.keys(manifest.jobs ?? {})) {
      const binding = bindings.jobs?.[name];
      this.#queues.set(name, binding && this.#open(name, binding));
    }
  }

  /** The names of all queues. */
  get names(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** True when all queues have their handlers. */
  get allWork(): boolean {
    return this.#handled.size === this.#queues.size;
  }

  /** `client.jobs`. */
  get client(): JobClients {
    return Object.fromEntries(
      [...this.#queues].map(([name, queue]) => [name, queue?.client ?? this.#unbound(name)]),
    );
  }

  /** What makes the jobs of each queue for a transaction. */
  get prepare(): ReadonlyMap<string, PrepareJob> {
    const { manifest } = this.#parts.contract;
    return new Map(this.names.map((name) => {
      const surface = jobSurface(manifest, name);
      const { now } = this.#parts;
      return [name, (payload, options) => prepareJob(surface, payload, now.known(), options)];
    }));
  }

  /** Puts a job into its queue that was committed together with values. Never rejects. */
  async put(relayed: RelayedJob): Promise<PutOutcome> {
    const { queue: name } = relayed.job;
    const queue = this.#queues.get(name);
    if (queue !== undefined) return await queue.put(relayed);
    if (!this.#queues.has(name)) {
      return { kind: "invalid", problem: `there is no queue ${name} any more` };
    }
    return { kind: "waits", problem: `the queue ${name} is not bound` };
  }

  /** Registers the handler of a queue, which begins. */
  handle(name: string, handler: UntypedJobHandler, migrations: Migrations): void {
    if (!this.#queues.has(name)) throw new TypeError(`there is no queue ${name}`);
    if (this.#handled.has(name)) throw new TypeError(`the queue ${name} has a handler already`);
    this.#handled.add(name);
    if (this.#stopping !== undefined) return;
    const queue = this.#queues.get(name);
    if (queue !== undefined) return queue.start(handler, migrations);
    const { deployment, log } = this.#parts;
    log.warn(
      `the queue ${name} of ${deployment} is not worked on: it was not bound when the service started`,
      { hint: `trellis svc ${deployment} authority reconcile` },
    );
  }

  /**
   * Takes no more jobs, and waits for those in work: see `Worker.stop`.
   *
   * @param onQuiet called when no more are taken
   */
  stop(deadlineMs: number, onQuiet?: () => void): Promise<void> {
    return this.#stopping ??= stopTogether(
      [...this.#queues.values()].flatMap((queue) => queue ?? []),
      deadlineMs,
      onQuiet,
    );
  }

  get #requests(): JetStreamRequests {
    const { line, session } = this.#parts.messaging;
    return JetStreamRequests.of(line, inboxPrefix(session));
  }

  #open(name: string, binding: QueueBinding): JobQueue {
    const { contract, deployment, messaging, bindings, log, hung } = this.#parts;
    const surface = jobSurface(contract.manifest, name);
    const { queue } = surface;
    const requests = this.#requests;
    const owner = { deployment, kind: "job", queue } as const;
    return new JobQueue({
      surface,
      requests,
      stream: new QueueStream({ ...owner, requests, binding }),
      records: surface.keepsRecords ? new RecordStore(this.#openRecords, "job", queue) : undefined,
      openRecords: this.#openRecords,
      dead: bindings.dead,
      digest: contract.digest,
      now: this.#parts.now,
      steps: this.#openSteps,
      notes: bindings.steps === undefined
        ? new OwnNotes()
        : new KeptNotes(this.#openSteps, `job-${queue}`),
      countsStarts: bindings.rates !== undefined,
      process: messaging.session,
      log,
      overdue: hung.of("job", name),
    });
  }

  /** What is asked of a queue that was not bound fails. */
  #unbound(name: string): UntypedQueue {
    const { deployment } = this.#parts;
    const fail = () =>
      AsyncResult.err(
        new TransportError({
          message: `the queue ${name} of ${deployment} was not bound when the service started`,
          code: "trellis.bind.failed",
          hint: "reconcile it, and start the service again",
          command: ["svc", deployment, "authority", "reconcile"],
        }),
      );
    const ref = (id: string) => ({ id, queue: name, get: fail, wait: fail, cancel: fail });
    return { create: fail, get: fail, list: fail, ref };
  }
}
