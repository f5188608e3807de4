import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { OperationRecord } from "../../../contracts/stored/operation_record.ts";
import { parsePlace } from "../../../contracts/stored/job_names.ts";
import { claimText } from "../../jobs/decide_claim.ts";
import type { QueueItem } from "../../jobs/queue_item.ts";
import type { QueueRun } from "../../jobs/queue_run.ts";
import type { KVError } from "../../kv/kv_error.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import type { Outcome } from "../../work/outcome.ts";
import { decideClaim } from "./decide_claim.ts";
import { HeldOperation } from "./held_operation.ts";
import type { StoredOperation } from "../operation_control.ts";
import { type OperationPlace, ownerOf, pendingRecord } from "./operation_place.ts";

/** Milliseconds that a look at the queue may take. */
const LOOK_MS = 5000;
/** Milliseconds until an operation whose record cannot be reached is delivered again. */
const UNREACHABLE_MS = 1000;

/** Takes an operation for a worker, so that who had it before can write no more; or says what becomes of it. */
export async function claimOperation(
  place: OperationPlace,
  run: Pick<QueueRun, "delivery" | "item" | "tries">,
): Promise<HeldOperation | Outcome> {
  const { delivery, item } = run;
  // What is delivered for the first time has no record, and its first write asks just that.
  let isFirst = delivery.deliveries === 1 && item.attempt === 1;
  for (;;) {
    const read = isFirst ? undefined : (await place.records.read(item.id)).take();
    isFirst = false;
    if (isErr(read)) return unreachable(read.error);
    const decided = decideClaim(read?.record, delivery);
    if (decided.kind === "ended") return { kind: "done" };
    if (decided.kind === "taken") return { kind: "taken" };
    if (decided.kind === "other" && await isInQueue(place, item, decided.sequence)) {
      return { kind: "done" };
    }
    const before = read ?? { record: firstRecord(place, run), revision: 0 };
    const isCancelled = before.record.state === "cancelling";
    const at = new Date(await place.now()).toISOString();
    const claimed = (await writeOver(place, before, {
      state: isCancelled ? "cancelled" : "running",
      attempt: run.tries,
      claim: claimText(delivery),
      error: undefined,
      waitsFor: undefined,
      updatedAt: at,
      heartbeatAt: at,
    })).take();
    if (isErr(claimed)) return unreachable(claimed.error);
    if (claimed === undefined) continue;
    const hasWaited = before.record.state === "waiting";
    return isCancelled ? { kind: "done" } : new HeldOperation(place, claimed, hasWaited);
  }
}

/** Writes a record over the one before; undefined when somebody else has written meanwhile. */
async function writeOver(
  { records }: OperationPlace,
  { record: before, revision: last }: StoredOperation,
  change: Partial<OperationRecord>,
): Promise<Result<StoredOperation | undefined, KVError>> {
  const record = { ...before, ...change };
  const revision = (await records.write(record, last)).take();
  if (!isErr(revision)) return ok({ record, revision });
  const { reason } = revision.error;
  const isRace = reason === "exists" || reason === "revision_mismatch";
  // What was written without an answer is found by the next look.
  return isRace || reason === "unknown_outcome" ? ok(undefined) : err(revision.error);
}

function firstRecord(
  { surface }: OperationPlace,
  { item }: Pick<QueueRun, "item">,
): OperationRecord {
  const { id, createdAt, cause } = item;
  return pendingRecord(surface.name, { id, owner: ownerOf(item), createdAt, cause });
}

async function isInQueue(
  { queue, requests }: OperationPlace,
  { place: { slot } }: QueueItem,
  sequence: number,
): Promise<boolean> {
  const api = new StreamApi(requests, queue.binding.stream);
  const found = await api.message({ at: sequence }, performance.now() + LOOK_MS);
  // A stream that was made again counts from 1 again.
  return !found.isOk() || parsePlace(found.value?.subject ?? "")?.slot === slot;
}

function unreachable({ message }: KVError): Outcome {
  return { kind: "later", afterMs: UNREACHABLE_MS, reason: message };
}
