import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Log } from "../../log.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import { type OpenSteps, Steps } from "../../consume/steps.ts";
import type { JobSurface } from "../job_surface.ts";
import type { QueueRun } from "../queue_run.ts";
import type { RunningJob } from "../running_job.ts";
import type { Job } from "./job_context.ts";

/** What all jobs of a queue have in common. */
export interface QueueFacts {
  readonly surface: JobSurface;
  readonly steps: OpenSteps;
  readonly log: Log;
}

/** A job in the hands of its handler. */
export class DeliveredJob implements Job, HandedOver {
  readonly #run: QueueRun;
  readonly #facts: QueueFacts;
  readonly #running: RunningJob | undefined;
  #steps: Steps | undefined;

  /** @param running its record; undefined where the queue keeps none */
  constructor(run: QueueRun, facts: QueueFacts, running: RunningJob | undefined) {
    this.#run = run;
    this.#facts = facts;
    this.#running = running;
  }

  get id(): string {
    return this.#run.item.id;
  }

  get attempt(): number {
    return this.#run.tries;
  }

  get createdAt(): string {
    return this.#run.item.createdAt;
  }

  get deadline(): string | undefined {
    return this.#run.item.deadline;
  }

  get signal(): AbortSignal {
    return this.#run.signal();
  }

  get traceparent(): string | undefined {
    return this.#run.item.traceparent;
  }

  get tracestate(): string | undefined {
    return this.#run.item.tracestate;
  }

  /** What what is done for it is caused by. */
  get cause(): string {
    return `job:${this.id}`;
  }

  /** The reported request or event that it was created for. */
  get span(): string | undefined {
    return this.#run.item.span;
  }

  /** That of the request in which it was created, where it was one: whoever is called recognises the call. */
  get requestId(): string {
    const { cause } = this.#run.item;
    return cause?.startsWith("rpc:") ? cause.slice(4) : this.id;
  }

  /** Bound, as the others, so that a handler may take it out. */
  get progress(): Job["progress"] {
    const { declared } = this.#facts.surface;
    return (progress: JsonValue) => {
      if (declared.progress === true) this.#running?.progress(progress);
    };
  }

  get log(): Job["log"] {
    const { log, surface: { name, declared } } = this.#facts;
    return (message) => {
      if (declared.logs === true) this.#running?.log(message);
      else log.info(`${name}: ${message}`, { job: this.id });
    };
  }

  get step(): Job["step"] {
    const { steps, surface: { queue } } = this.#facts;
    const done = this.#steps ??= new Steps(steps, "job", queue, this.id);
    return (name, run) => done.once(name, run);
  }
}
