import { isSession } from "../../../contracts/identity/caller.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import type { SessionRecords } from "../../platform/sessions/session_records.ts";
import type { ExplainedError } from "../../program/command_context.ts";

const HINT = "trellis devices list shows all";

/** Checks what may be the name of a device. Errors: `usage`. */
export function checkDeviceName(device: string): Result<void, ExplainedError> {
  if (isSession(device)) return ok();
  return err({ code: "usage", message: `${device} is not the name of a device`, hint: HINT });
}

/** Lets in a device that waits for it. Errors: `not_found`, and `conflict` for one that was revoked. */
export async function letInDevice(
  device: string,
  by: string,
  records: SessionRecords,
): Promise<Result<SessionRecord, ExplainedError>> {
  const activated = (await records.activate(device, by)).take();
  if (isErr(activated)) return activated;
  if (activated?.principal.kind !== "device") {
    return err({ code: "not_found", message: `there is no device ${device}`, hint: HINT });
  }
  if (activated.revokedAt === undefined) return ok(activated);
  return err({
    code: "conflict",
    message: `${device} was revoked, which is for ever`,
    hint: "give it another root secret, and provision it anew",
  });
}
