import { isRecord } from "../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { type QueueKind, queueName, queueSubjects } from "../../contracts/stored/job_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { readConsumerState } from "../../runtime/nats/jetstream/consumer_state.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { QueueItem } from "../../runtime/jobs/queue_item.ts";
import { type Hung, hungOf } from "../deployments/hung_work.ts";
import type { RunningInstance } from "../deployments/running_instances.ts";
import { canHaveLetters, letterBox } from "../letters/open_letters.ts";
import type { Connected } from "../program/connect_command.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { type Queue, queuesOf, removedQueues } from "./queues.ts";

/** How a queue stands. */
export interface QueueFigures {
  readonly deployment: string;
  readonly kind: QueueKind;
  /** As its contract calls it. */
  readonly name: string;
  /** False where only what waits in it, or its dead letters, are left. */
  readonly isDeclared: boolean;
  /** Undefined until it is made, and where the server does not say it. */
  readonly work: QueueWork | undefined;
  /** Dead letters. */
  readonly dead: number;
  readonly hung: Hung | undefined;
}

/** What stands in a queue. */
export interface QueueWork {
  /** What could be begun with. */
  readonly waiting: number;
  /** What waits for its time or its next try, and schedules. */
  readonly scheduled: number;
  readonly inWork: number;
  /** When the first was created that waits or is in work, ISO 8601; undefined where there is none. */
  readonly oldestAt: string | undefined;
  /** Until when nothing more is begun, ISO 8601; undefined where it goes on. */
  readonly pausedUntil: string | undefined;
}

/** As many questions to the server at once. */
const IN_FLIGHT = 16;
/** All questions about one queue take as long at most, in milliseconds. */
const PATIENCE_MS = 5000;

/**
 * Reads how the queues of deployments stand, and what else of theirs has dead letters; by deployment and name.
 *
 * @param instances what runs, which tells of handlers that hang
 */
export async function readQueueFigures(
  records: readonly AuthorityRecord[],
  messaging: Connected["messaging"],
  instances: readonly RunningInstance[],
): Promise<Result<readonly QueueFigures[], ExplainedError>> {
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const rows: Row[] = [];
  for (const read of await inParallel(records, IN_FLIGHT, (one) => rowsOf(one, messaging))) {
    const found = read.take();
    if (isErr(found)) return found;
    rows.push(...found);
  }
  const figures = await inParallel(rows, IN_FLIGHT, async ({ queue, ...row }) => ({
    ...row,
    work: queue && await readQueueWork(queue, requests),
    hung: hungOf(instances, row),
  }));
  return ok(figures);
}

type Row = Omit<QueueFigures, "work" | "hung"> & { readonly queue: Queue | undefined };

async function rowsOf(
  record: AuthorityRecord,
  messaging: Connected["messaging"],
): Promise<Result<readonly Row[], ExplainedError>> {
  const { deployment } = record;
  const queues = queuesOf(record);
  const gone = removedQueues(record);
  if (queues.length + gone.length === 0 && !canHaveLetters(record)) return ok([]);
  const counts = (await letterBox(record, messaging).counts()).take();
  if (isErr(counts)) return counts;
  const declared = queues.map((queue): Row => ({
    deployment,
    kind: queue.kind,
    name: queue.name,
    isDeclared: true,
    queue,
    dead: counts.get(`${queue.kind}.${queue.name}`) ?? 0,
  }));
  const known = new Set(declared.map(({ kind, name }) => `${kind}.${name}`));
  const removed = new Map(gone.map((queue) => [`${queue.kind}.${queue.name}`, queue]));
  const left = [...new Set([...counts.keys(), ...removed.keys()])].filter((key) => !known.has(key))
    .flatMap((key): Row[] => {
      const [, kind, name = ""] = /^(job|operation)\.(.+)$/.exec(key) ?? [];
      if (kind !== "job" && kind !== "operation") return [];
      const dead = counts.get(key) ?? 0;
      return [{ deployment, kind, name, isDeclared: false, queue: removed.get(key), dead }];
    });
  return ok([...declared, ...left].toSorted((a, b) => a.name.localeCompare(b.name)));
}

/** How one queue stands; undefined until it is made, and where the server does not say it. */
export async function readQueueWork(
  { deployment, kind, name, binding }: Queue,
  requests: JetStreamRequests,
): Promise<QueueWork | undefined> {
  if (binding === undefined) return undefined;
  const isRemoved = binding.consumers.length === 0;
  const deadline = performance.now() + PATIENCE_MS;
  const api = new StreamApi(requests, binding.stream);
  let [waiting, inWork] = [0, 0];
  let paused: number | undefined;
  const consumers = await Promise.all(
    binding.consumers.flat().map((consumer) =>
      api.ask(`$JS.API.CONSUMER.INFO.${binding.stream}.${consumer}`, "", deadline)
    ),
  );
  for (const answer of consumers) {
    const info = answer.isOk() ? answer.value : undefined;
    const state = info && readConsumerState(info);
    if (info === undefined || state === undefined) return undefined;
    waiting += state.pending;
    inWork += state.unacknowledged;
    const until = info.paused === true && isRecord(info.config)
      ? Date.parse(String(info.config.pause_until))
      : 0;
    // It goes on as soon as one of them does.
    paused = Math.min(paused ?? Infinity, until);
  }
  const prefix = queueSubjects(deployment, kind, queueName(name)).slice(0, -1);
  const [later, cron, first, run] = await Promise.all([
    api.info(deadline, `${prefix}later.>`),
    api.info(deadline, `${prefix}cron.>`),
    api.message({ next: `${prefix}run.>`, from: 1 }, deadline),
    // What nobody is given is counted where it stands.
    ...(isRemoved ? [api.info(deadline, `${prefix}run.>`)] : []),
  ]);
  if (later.isErr() || cron.isErr() || first.isErr() || run?.isErr() === true) return undefined;
  waiting += run?.orThrow().matching ?? 0;
  const oldest = first.orThrow();
  return {
    waiting,
    inWork,
    scheduled: later.orThrow().matching + cron.orThrow().matching,
    // A retry is stored later than it was created.
    oldestAt: oldest && new QueueItem(oldest, binding.stream).createdAt,
    pausedUntil: paused === undefined || paused === 0 ? undefined : new Date(paused).toISOString(),
  };
}
