import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";
import { senderText } from "../../transfer/send/staged_chunks.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { Caller } from "../../rpc/request_context.ts";
import type { ControlRequest, FileRequest } from "../operation_control.ts";
import type { OperationPlace } from "./operation_place.ts";

/** What may be asked of an operation. */
type Action = (ControlRequest | FileRequest)["action"];

/** What is asked for under which capabilities. */
const ACTION = {
  get: "observe",
  watch: "observe",
  cancel: "cancel",
  signal: "control",
  sent: "observe",
  commit: "control",
} as const satisfies Readonly<Record<Action, string>>;

/** Global keys of which all are needed; none: it is allowed. Undefined: no capability would help. */
export type Needed = readonly string[] | undefined;

/**
 * What somebody needs to ask something of an operation. Its owner may look at it and cancel it, as may those who
 * hold what is declared for it. A signal is often the decision of somebody else: where `control` is declared, the
 * owner needs it as well. A file is sent by the sessions of the owner alone.
 */
export function neededFor(
  action: Action,
  capabilities: Readonly<Record<string, readonly string[]>>,
  isOwner: boolean,
): Needed {
  const declared = capabilities[ACTION[action]] ?? [];
  if (action === "signal" && declared.length > 0) return declared;
  if (isOwner) return [];
  if (action === "sent" || action === "commit") return undefined;
  return declared.length > 0 ? declared : undefined;
}

/** Whether a caller may ask something of an operation. */
export async function checkAccess(
  action: Action,
  { surface, declaration: { capabilities = {} } }: Pick<OperationPlace, "surface" | "declaration">,
  owner: string,
  caller: Caller,
): Promise<Result<void, TransportError>> {
  const { kind } = caller.principal;
  // An admin may do everything, and where nothing is enforced everybody may.
  if (kind === "admin" || kind === "anonymous") return ok();
  const needed = neededFor(action, capabilities, owner === ownerText(caller));
  if (needed === undefined) return err(denied(action, surface.name));
  const missing: string[] = [];
  for (const key of needed) if (!await caller.can(key)) missing.push(key);
  return missing.length === 0 ? ok() : err(lacking(action, surface.name, missing));
}

/**
 * Who starts an operation, as its record keeps it. Where nobody is checked, whoever says who it is is taken at its word:
 * so are the chunks of its file.
 */
export function ownerText({ principal, session }: Pick<Caller, "principal" | "session">): string {
  const { kind } = principal;
  if (kind !== "anonymous") return principalText({ kind, id: principal.id });
  return senderText(session);
}

function denied(action: string, name: string): TransportError {
  return new TransportError({
    message: `${action} of ${name}: it was started by somebody else`,
    code: "trellis.permission.denied",
    hint: "Ask who started it; no capability is declared that others could hold for this.",
  });
}

function lacking(action: string, name: string, missing: readonly string[]): TransportError {
  return new TransportError({
    message: `${action} of ${name} needs ${missing.join(", ")}, which this session does not hold`,
    code: "trellis.permission.capability",
    hint: "Have it granted.",
    missing,
  });
}
