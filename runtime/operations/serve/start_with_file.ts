import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import type { SendTerms } from "../../transfer/send/send_terms.ts";
import type { StoredOperation } from "../operation_control.ts";
import { operationId, type OperationPlace } from "./operation_place.ts";
import { ownerText } from "./operation_access.ts";
import { expiryOf } from "./chunk_need.ts";
import { startOperation } from "./start_operation.ts";

/** Accepts an operation, and says how the file is to be sent that comes with it, where one does. */
export async function startWithFile(
  place: OperationPlace,
  input: unknown,
  context: RequestContext & HandedOver,
): Promise<Result<StoredOperation, OperationError | TransferError | ValidationError>> {
  const { file, surface, declaration } = place;
  if (declaration.transfer?.direction !== "send") {
    return await startOperation(place, input, context);
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
  file.room.make();
  return ok({ ...started, transfer: await termsOf(place, file, started) });
}

/** How the file of an operation is to be sent. */
export async function termsOf(
  place: OperationPlace,
  file: NonNullable<OperationPlace["file"]>,
  { record }: StoredOperation,
): Promise<SendTerms> {
  return await file.terms(expiryOf(place, file, record));
}
