import { ok, type Result } from "../../contracts/result.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import type { CalledSurface } from "../rpc/called_surface.ts";
import type { CallError } from "../rpc/rpc_call.ts";
import { type RequestSender, surfaceCall } from "../rpc/rpc_caller.ts";

/** As the contract `trellis.auth@v1` declares it. Written down, because pages need nothing else of that contract. */
const LOGOUT: CalledSurface = {
  name: "Auth.Sessions.Logout",
  subject: "rpc.v1.Auth.Sessions.Logout",
  input: validatorOf(true),
  output: validatorOf(true),
  declared: new Map(),
  capabilities: [],
};

/** Ends the session of a connection: its key lets nobody in any more. */
export async function endSession(sender: RequestSender): Promise<Result<void, CallError>> {
  const ended = await surfaceCall(LOGOUT, sender)({});
  // The RPC declares no errors of its own, so it has those of every call.
  return ended.andThen(() => ok()) as Result<void, CallError>;
}
