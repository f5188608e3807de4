import { sdk as auth } from "../../contracts/platform/auth_sdk.ts";
import { ok, type Result } from "../../contracts/result.ts";
import type { CallError } from "../rpc/rpc_call.ts";
import { type RequestSender, rpcCall } from "../rpc/rpc_caller.ts";

/** Ends the session of a connection: its key lets nobody in any more. */
export async function endSession(sender: RequestSender): Promise<Result<void, CallError>> {
  const ended = await rpcCall(auth.manifest, "Auth.Sessions.Logout", auth.errors, sender)({});
  // The RPC declares no errors of its own, so it has those of every call.
  return ended.andThen(() => ok()) as Result<void, CallError>;
}
