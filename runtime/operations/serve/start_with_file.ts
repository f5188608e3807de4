import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import type { SendPlace } from "../../transfer/send/send_place.ts";
import { rangesOf } from "../../transfer/send/staged_chunks.ts";
import type { SendTerms } from "../../transfer/send/send_terms.ts";
import type { StoredOperation } from "../operation_control.ts";
import { operationId, type OperationPlace } from "./operation_place.ts";
import { ownerText } from "./operation_access.ts";
import { expiryOf } from "./chunk_need.ts";
import { unavailable } from "./find_operation.ts";
import { startOperation } from "./start_operation.ts";

/** Accepts an operation, and says how the file is to be sent that comes with it, where one does. */
export async function startWithFile(
  place: OperationPlace,
  input: unknown,
  context: RequestContext & HandedOver,
): Promise<Result<StoredOperation, OperationError | TransferError | ValidationError>> {
  const { file, surface, declaration } = place;
  if (declaration.transfer?.direction !== "send") {
    return (await startOperation(place, input, context)).map(({ stored }) => stored);
  }
  if (file === undefined) {
    const id = operationId(ownerText(context.caller), surface.name, context.requestId);
    const message = `the store or the stream for the files of ${surface.name} is not bound`;
    return err(new TransferError({ reason: "unavailable", message, id }));
  }
  const info = file.infoOf(input, surface.name).take();
  if (isErr(info)) return info;
  const started = (await startOperation(place, input, context)).take();
  if (isErr(started)) return started;
  const { stored, isRepeat } = started;
  if (isRepeat) return await tellSent(place, file, stored, context.caller);
  file.room.make(stored.record.owner);
  return ok({ ...stored, transfer: await termsOf(place, file, stored) });
}

/** Says what has come of the file of an operation, when it is the turn of whoever asks. */
export async function tellSent(
  place: OperationPlace,
  file: SendPlace,
  stored: StoredOperation,
  { session }: Pick<RequestContext["caller"], "session">,
): Promise<Result<StoredOperation, OperationError | TransferError>> {
  const { record: { id, owner } } = stored;
  file.room.make(owner);
  const message = "this session asks for too much at once; try again";
  return await file.room.turns.run(session, () => sentOf(place, file, stored)) ??
    err(new TransferError({ reason: "busy", message, id }));
}

async function sentOf(
  place: OperationPlace,
  file: SendPlace,
  { record, revision }: StoredOperation,
): Promise<Result<StoredOperation, OperationError>> {
  const terms = await termsOf(place, file, { record, revision });
  const { surface } = place;
  const sent = (await file.sent(record.id, record.owner)).take();
  if (isErr(sent)) {
    return err(unavailable(surface.name, record.id, failureMeaning(sent.error).what));
  }
  const seen = (await file.staged.samples(sent)).take();
  if (isErr(seen)) {
    return err(unavailable(surface.name, record.id, failureMeaning(seen.error).what));
  }
  return ok({ record, revision, transfer: { ...terms, there: rangesOf(sent.keys()), seen } });
}

/** How the file of an operation is to be sent. */
export async function termsOf(
  place: OperationPlace,
  file: SendPlace,
  { record }: StoredOperation,
): Promise<SendTerms> {
  return await file.terms(expiryOf(place, file, record));
}
