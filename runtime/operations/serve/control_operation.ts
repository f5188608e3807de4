import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isEnded } from "../../../contracts/stored/operation_record.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import { cancelOperation, endedAlready } from "./cancel_operation.ts";
import { endLost } from "./end_lost.ts";
import { findOperation, type FoundOperation } from "./find_operation.ts";
import { openDelivery } from "./open_delivery.ts";
import { storeSignal } from "./send_signal.ts";
import { checkAccess } from "./operation_access.ts";
import type { ControlRequest, StoredOperation } from "../operation_control.ts";
import type { OperationPlace } from "./operation_place.ts";

type Answer = Result<StoredOperation, OperationError | TransportError | ValidationError>;

/** Does what somebody asks of an operation that was started, if they may. */
export async function controlOperation(
  place: OperationPlace,
  request: ControlRequest,
  { caller, requestId }: Pick<RequestContext, "caller" | "requestId">,
): Promise<Answer> {
  const stored = (await findOperation(place, request.id)).take();
  if (isErr(stored)) return stored;
  const { surface, declaration } = place;
  const access = await checkAccess(request.action, place, stored.record.owner, caller);
  if (access.isErr()) return err(access.error);
  const found = await endLost(place, stored);
  switch (request.action) {
    case "get":
      return ok(answerOf(found));
    case "watch": {
      const opened = await openDelivery(place, request, caller.session);
      return opened.map(() => answerOf(found));
    }
    case "cancel":
      if (declaration.cancel !== true) {
        return err(notDeclared(`${surface.name} cannot be cancelled`));
      }
      return (await cancelOperation(place, found, request.reason)).map(answerOf);
    case "signal":
      return await sendSignal(place, found, request, requestId);
  }
}

/** Stores a signal that fits what is declared. */
async function sendSignal(
  place: OperationPlace,
  found: FoundOperation,
  { name, input }: Extract<ControlRequest, { action: "signal" }>,
  requestId: string,
): Promise<Answer> {
  const { surface, signals } = place;
  const validator = signals.get(name);
  if (validator === undefined) return err(notDeclared(`${surface.name} takes no signal ${name}`));
  if (!validator.check(input)) {
    const subject = `the signal ${name} of ${surface.name}`;
    return err(new ValidationError({ subject, issues: validator.issues(input) }));
  }
  const { state } = found.record;
  if (isEnded(state) || state === "cancelling") {
    return err(endedAlready(place, found.record));
  }
  return await storeSignal(place, found, { name, input }, requestId);
}

function answerOf({ record, revision }: FoundOperation): StoredOperation {
  return { record, revision };
}

/** The error of what is asked of an operation that declares no such thing. */
export function notDeclared(message: string): TransportError {
  return new TransportError({
    message,
    code: "trellis.permission.denied",
    hint: "Look at what its contract declares.",
  });
}
