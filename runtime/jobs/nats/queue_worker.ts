import type { QueueBinding } from "../../../contracts/stored/bindings.ts";
import { serverHas } from "../../nats/features/server_features.ts";
import type { Log } from "../../log.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { MESSAGE_TTL_HEADER } from "../../nats/jetstream/publish_headers.ts";
import type { DeliveryNotes } from "../../work/delivery_notes.ts";
import type { Undone } from "../../work/decide_delivery.ts";
import type { Overdue } from "../../work/hung_handlers.ts";
import type { Outcome } from "../../work/outcome.ts";
import { Worker } from "../../work/nats/worker.ts";
import type { WorkSource } from "../../work/nats/worker_options.ts";
import { parkedEntry, type QueueOwner } from "../queue_entry.ts";
import { QueueItem, type ScheduledJobs } from "../queue_item.ts";
import { QueueRun } from "../queue_run.ts";

/** What works on a queue. */
export interface QueueWork extends QueueOwner {
  readonly requests: JetStreamRequests;
  readonly binding: QueueBinding;
  /** True where what is to be tried again keeps its place, so that those behind it wait. */
  readonly isStrict: boolean;
  /** The stream of dead letters; missing: none are kept. */
  readonly dead?: string | undefined;
  /** Milliseconds that dead letters are kept. */
  readonly keepDeadMs?: number | undefined;
  readonly notes: DeliveryNotes;
  /** Milliseconds since 1970, by the clock of the server. */
  readonly now: () => Promise<number>;
  readonly log: Log;
  /** Where schedules create some of it. */
  readonly scheduled?: ScheduledJobs;
  /** Works on one; what is answered at once costs no promise. */
  readonly run: (run: QueueRun) => Outcome | Promise<Outcome>;
  /** What becomes of one whose deadline has passed while it ran; `expired` when left out. */
  readonly expired?: (run: QueueRun) => Promise<Outcome>;
  /** Is told of handlers that have not ended by the deadline. */
  readonly overdue?: Overdue;
  /** Is told what becomes of one that is not done, before the server is. */
  readonly decided?: (item: QueueItem, decision: Undone, tries: number) => Promise<void>;
}

/** The worker of a queue; it asks for nothing before it is started. */
export function queueWorker(work: QueueWork): Worker<QueueItem> {
  const { deployment, kind, queue, requests, binding, isStrict, dead, keepDeadMs, decided } = work;
  const owner = { deployment, kind, queue };
  const mayPark = binding.schedules === true && !isStrict;
  return new Worker<QueueItem>({
    deployment,
    kind,
    name: queue,
    requests,
    sources: sourcesOf(binding),
    settings: binding,
    onDead: "continue",
    // What has a deadline ends by it; a worker that hangs is not told from one that works.
    handlerMs: Infinity,
    ...(mayPark
      ? {
        parking: {
          stream: binding.stream,
          message: (delivery, item, next) => parkedEntry(owner, delivery, item, next),
        },
      }
      : {}),
    ...(dead === undefined ? {} : { dead }),
    ...(keepDeadMs === undefined ? {} : { letterHeaders: () => keptFor(requests, keepDeadMs) }),
    notes: work.notes,
    now: work.now,
    log: work.log,
    read: (delivery) => new QueueItem(delivery, delivery.stream, work.scheduled),
    run: (run) => new QueueRun(run).within(work),
    ...(decided === undefined ? {} : { decided }),
  });
}

/** One source for each durable consumer, those of the first class first. */
function sourcesOf({ stream, consumers, maxActive, concurrency }: QueueBinding): WorkSource[] {
  return consumers.flatMap((ones, priority) =>
    ones.map((consumer) => ({
      stream,
      consumer,
      limit: maxActive ?? concurrency,
      class: priority,
    }))
  );
}

/** Lets a message expire by itself, where the server can do it. */
export function keptFor(
  { line }: JetStreamRequests,
  keepMs: number,
): Readonly<Record<string, string>> {
  if (!serverHas(line.info?.version, "messageTtls")) return {};
  return { [MESSAGE_TTL_HEADER]: `${Math.max(1, Math.ceil(keepMs / 1000))}s` };
}
