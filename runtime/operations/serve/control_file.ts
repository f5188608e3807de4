import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isEnded } from "../../../contracts/stored/operation_record.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import type { SendPlace } from "../../transfer/send/send_place.ts";
import { COMMIT_SIGNAL, type FileCommit } from "../../transfer/send/send_terms.ts";
import type { FileRequest, StoredOperation } from "../operation_control.ts";
import { endedAlready } from "./cancel_operation.ts";
import { notDeclared } from "./control_operation.ts";
import { findOperation, type FoundOperation, unavailable } from "./find_operation.ts";
import { checkAccess } from "./operation_access.ts";
import type { OperationPlace } from "./operation_place.ts";
import { storeSignal } from "./send_signal.ts";
import { tellSent, termsOf } from "./start_with_file.ts";

type Answer = Result<StoredOperation, OperationError | TransferError | TransportError>;

/** Does what somebody asks about the file of an operation, if they may. */
export async function controlFile(
  place: OperationPlace,
  request: FileRequest,
  { caller, requestId }: Pick<RequestContext, "caller" | "requestId">,
): Promise<Answer> {
  const found = (await findOperation(place, request.id)).take();
  if (isErr(found)) return found;
  const access = await checkAccess(request.action, place, found.record.owner, caller);
  if (access.isErr()) return err(access.error);
  const { file, surface } = place;
  if (file === undefined) return err(notDeclared(`${surface.name} takes no file`));
  return request.action === "sent"
    ? await tellSent(place, file, found, caller)
    : await commitFile(place, file, found, request, requestId);
}

/** Stores that the file of an operation was sent, and wakes whoever waits for it. */
async function commitFile(
  place: OperationPlace,
  file: SendPlace,
  found: FoundOperation,
  { size, digest, chunks }: FileCommit,
  requestId: string,
): Promise<Answer> {
  const { surface, records, now } = place;
  const { record, revision } = found;
  const { id, transfer } = record;
  // It may be asked for again after an answer that was lost, and by several who have sent the same.
  if (transfer?.state === "stored") {
    return ok({ record, revision, transfer: await termsOf(place, file, found) });
  }
  if (isEnded(record.state) || record.state === "cancelling") {
    return err(endedAlready(place, record));
  }
  const terms = await termsOf(place, file, found);
  if (await now() > Date.parse(terms.expiresAt)) {
    const message =
      `the time to send the file of ${surface.name} ${id} was over at ${terms.expiresAt}`;
    return err(new TransferError({ reason: "expired", message, id }));
  }
  const known = (await records.signals(id)).take();
  if (isErr(known)) return err(unavailable(surface.name, id, known.error.message));
  const before = known.filter(({ name }) => name === COMMIT_SIGNAL);
  const commit = { size, digest, chunks };
  const isSaid = JSON.stringify(before.at(-1)?.input) === JSON.stringify(commit);
  const isOpen = isSaid && !(transfer?.state === "refused" && transfer.commit >= before.length);
  const signal = isOpen ? undefined : { name: COMMIT_SIGNAL, input: commit, behind: known };
  const stored = (await storeSignal(place, found, signal, requestId)).take();
  if (isErr(stored)) return stored;
  const number = before.length + (isOpen ? 0 : 1);
  return ok({ ...stored, transfer: { ...terms, commit: number } });
}
