import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { OWNER_HEADER } from "../../../contracts/stored/work_headers.ts";
import { markText } from "../../nats/headers/prepared_headers.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import { findOperation, readRecord, unavailable } from "./find_operation.ts";
import { ownerText } from "./operation_access.ts";
import type { StoredOperation } from "../operation_control.ts";
import {
  deadlineOf,
  laneFor,
  operationId,
  type OperationPlace,
  pendingRecord,
} from "./operation_place.ts";

/** Milliseconds that putting it into the queue may take: callers wait for it. */
const STORE_MS = 4000;

/** An operation that was accepted. */
export interface StartedOperation {
  readonly stored: StoredOperation;
  /** True where it was started before. */
  readonly isRepeat: boolean;
}

/**
 * Accepts an operation by one write, into its queue. Started again by the same caller under the same request id, it
 * is the one that is there, whatever has become of it.
 */
export async function startOperation(
  place: OperationPlace,
  input: unknown,
  { caller, requestId, traceparent, tracestate, span }: RequestContext & HandedOver,
): Promise<Result<StartedOperation, OperationError>> {
  const { surface, queue, digest } = place;
  const owner = ownerText(caller);
  const id = operationId(owner, surface.name, requestId);
  const stored = (await readRecord(place, id)).take();
  if (isErr(stored)) return stored;
  if (stored !== undefined) return ok({ stored, isRepeat: true });
  const createdAt = new Date(await place.now()).toISOString();
  const cause = `rpc:${requestId}`;
  const record = pendingRecord(surface.name, { id, owner, createdAt, cause });
  const entry = {
    id,
    // The record says whether it was started before, for as long as it is kept.
    messageId: `${id}:${createdAt}`,
    class: 0,
    lane: laneFor(place, input),
    slot: id,
    body: new TextEncoder().encode(JSON.stringify(input)),
    createdAt,
    deadline: new Date(deadlineOf(place, record)).toISOString(),
    marks: { traceparent, tracestate, span, cause, digest },
    more: markText(OWNER_HEADER, owner),
  };
  const deadline = performance.now() + STORE_MS;
  const put = (await queue.enqueue(entry, { isOnly: true, deadline })).take();
  if (isErr(put)) return err(unavailable(surface.name, id, failureMeaning(put.error).what));
  if (put.kind === "stored" && !put.isRepeat) {
    return ok({ stored: { record, revision: 0 }, isRepeat: false });
  }
  return (await findOperation(place, id)).map((stored) => ({ stored, isRepeat: true }));
}
