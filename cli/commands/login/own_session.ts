import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { sdk as auth } from "../../../contracts/platform/auth_sdk.ts";
import type { MeResponse } from "../../../contracts/platform/models/index.ts";
import type { Result } from "../../../contracts/result.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** What the platform says of the session of a connection. */
export async function askMe(messaging: NatsMessaging): Promise<Result<MeResponse, ExplainedError>> {
  const answer = await ask("Auth.Sessions.Me", messaging);
  // The call has checked it.
  return answer.map((value) => value as MeResponse);
}

/** Ends the session of a connection. */
export async function endSession(messaging: NatsMessaging): Promise<Result<void, ExplainedError>> {
  return (await ask("Auth.Sessions.Logout", messaging)).map(() => undefined);
}

async function ask(
  name: "Auth.Sessions.Me" | "Auth.Sessions.Logout",
  messaging: NatsMessaging,
): Promise<Result<unknown, ExplainedError>> {
  const answer = await rpcCall(auth.manifest, name, new Map(), messaging)({});
  return answer.mapErr((error): ExplainedError => {
    if (error instanceof TransportError) return error;
    const hint = "is a Trellis process of this version running?";
    return { code: "trellis.rpc.malformed_reply", message: `${name}: ${error.message}`, hint };
  });
}
