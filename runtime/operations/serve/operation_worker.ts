import { isErr } from "../../../contracts/result.ts";
import { isEnded } from "../../../contracts/stored/operation_record.ts";
import { queueWorker } from "../../jobs/nats/queue_worker.ts";
import type { QueueItem } from "../../jobs/queue_item.ts";
import type { QueueRun } from "../../jobs/queue_run.ts";
import type { Undone } from "../../work/decide_delivery.ts";
import type { DeliveryNotes } from "../../work/delivery_notes.ts";
import type { Overdue } from "../../work/hung_handlers.ts";
import type { Worker } from "../../work/nats/worker.ts";
import type { Outcome } from "../../work/outcome.ts";
import type { HeldOperation } from "./held_operation.ts";
import { type OperationPlace, ownerOf, pendingRecord } from "./operation_place.ts";
import { givenUp, type OperationWork, runOperation } from "./run_operation.ts";

/** Attempts against others who change the same record. */
const ATTEMPTS = 5;

/** What the worker of an operation is made of. */
export interface OperationWorkerParts extends OperationWork {
  /** The stream of dead letters. */
  readonly dead: string | undefined;
  readonly notes: DeliveryNotes;
  /** Is told of handlers that have not ended by their deadline. */
  readonly overdue: Overdue;
}

/** The worker of one operation; it asks for nothing before it is started. */
export function operationWorker(parts: OperationWorkerParts): Worker<QueueItem> {
  const { place, dead, notes, overdue, mayLeave } = parts;
  /** What is in work, by the item of its delivery. */
  const held = new WeakMap<QueueItem, HeldOperation>();
  return queueWorker({
    ...place.queue.owner,
    requests: place.requests,
    binding: place.queue.binding,
    isStrict: !mayLeave,
    dead,
    notes,
    now: place.now,
    log: place.log,
    run: (run) => runOperation(parts, run, (begun) => held.set(run.item, begun)),
    expired: (run) => endLate(run, held.get(run.item)),
    overdue,
    decided: (item, decision, tries) => note(place, item, held.get(item), decision, tries),
  });
}

/** What was told to end and has not by its deadline has been cancelled all the same. */
async function endLate(run: QueueRun, held: HeldOperation | undefined): Promise<Outcome> {
  const isCancelled = held?.isCancelling === true &&
    await held.conclude({ state: "cancelled" }) === "written";
  if (isCancelled) return { kind: "done" };
  return { kind: "expired", reason: `its deadline ${run.item.deadline} has passed` };
}

/** Writes into its record what becomes of an operation that is not done. */
async function note(
  place: OperationPlace,
  item: QueueItem,
  held: HeldOperation | undefined,
  decision: Undone,
  tries: number,
): Promise<void> {
  const { name } = place.surface;
  if (decision.kind !== "dead") {
    // One that waits says so itself, before it gives up its place.
    if (held?.record.state === "running") await held.conclude({ state: "pending" });
    return;
  }
  const change = givenUp(name, item.id, { reason: decision.reason, tries });
  if (held !== undefined) await held.conclude(change);
  else await giveUp(place, item, change);
}

/** The same of one whose workers have not lived to say it. */
async function giveUp(
  { records, surface, now, log }: OperationPlace,
  item: QueueItem,
  change: ReturnType<typeof givenUp>,
): Promise<void> {
  const { id, createdAt } = item;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const read = (await records.read(id)).take();
    if (isErr(read)) break;
    const { record, revision } = read ??
      {
        record: pendingRecord(surface.name, {
          id,
          owner: ownerOf(item),
          createdAt,
          cause: item.cause,
        }),
        revision: 0,
      };
    if (isEnded(record.state)) return;
    const updatedAt = new Date(await now()).toISOString();
    const next = { ...record, ...change, updatedAt };
    const written = await records.write(next, revision);
    if (written.isOk()) return;
  }
  log.error(`${surface.name} ${id} was given up, and its record does not say it`);
}
