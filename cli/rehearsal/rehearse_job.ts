import { JobRunner } from "../../runtime/jobs/handlers/run_job.ts";
import type { Job } from "../../runtime/jobs/handlers/job_context.ts";
import type { DeliveredJob } from "../../runtime/jobs/handlers/delivered_job.ts";
import { jobSurface } from "../../runtime/jobs/job_surface.ts";
import type { QueueItem } from "../../runtime/jobs/queue_item.ts";
import { QueueRun } from "../../runtime/jobs/queue_run.ts";
import type { jobHandlersOf } from "../../runtime/service/job_handlers.ts";
import { RequestClient } from "../../runtime/service/request_client.ts";
import type { Delivery } from "../../runtime/work/delivery.ts";
import type { Outcome } from "../../runtime/work/outcome.ts";
import { SILENT } from "./silent.ts";
import { rehearsedClient } from "./rehearsed_client.ts";
import type { RehearsedHandler, RehearsedRun } from "./rehearsed_run.ts";

/** Runs the handler of one job. */
export async function rehearseJob(
  delivery: Delivery,
  item: QueueItem,
  { contract, name, deps, run, read, signal, handlers }: RehearsedHandler & {
    readonly handlers: ReturnType<typeof jobHandlersOf>;
  },
): Promise<Outcome> {
  const found = handlers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`it has no handler of the queue ${name}`);
  const now = () => Promise.resolve(Date.now());
  const runner = new JobRunner({
    surface: jobSurface(contract.manifest, name),
    // Nothing is kept of a step: none is begun.
    steps: () => run.stop("step", ""),
    log: SILENT,
    handler: (payload, job) => {
      const client = new RequestClient(rehearsedClient(contract, run, read), job);
      // `defineHandlers` ties each handler to the queue of its name.
      return found.handler({ payload, job: rehearsedJob(job, run), client, deps } as never);
    },
    migrations: found.migrations,
    worker: "rehearsal",
    gates: [],
    now,
  });
  const queueRun = new QueueRun({ delivery, item, tries: item.attempt, signal: () => signal });
  return await queueRun.within({ now, run: runner.run });
}

/** A job that reports to nobody, and does nothing outside. */
function rehearsedJob(
  { id, attempt, createdAt, deadline, signal }: DeliveredJob,
  run: RehearsedRun,
): Job {
  return {
    id,
    attempt,
    createdAt,
    deadline,
    signal,
    progress() {},
    log() {},
    step: (name) => run.stop("step", name),
  };
}
