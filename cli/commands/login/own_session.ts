import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { type AuthBody, sdk as auth } from "../../../contracts/platform/auth_sdk.ts";
import type { MeResponse } from "../../../contracts/platform/models/index.ts";
import type { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { connectLogin } from "../../program/connect_login.ts";

/** What the platform says of the session of a connection. */
export async function askMe(messaging: NatsMessaging): Promise<Result<MeResponse, ExplainedError>> {
  const answer = await askAuth("Auth.Sessions.Me", {}, messaging);
  // The call has checked it.
  return answer.map((value) => value as MeResponse);
}

/** Ends the session of a connection. */
async function endSession(messaging: NatsMessaging): Promise<Result<void, ExplainedError>> {
  return (await askAuth("Auth.Sessions.Logout", {}, messaging)).map(() => undefined);
}

/** Ends the session of a key, unless the key lets nobody in any more. */
export async function endLogin(url: string, key: KeyPair): Promise<Result<void, ExplainedError>> {
  const link = (await connectLogin(url, key)).take();
  if (isErr(link)) return link.error.code === "not_logged_in" ? ok() : link;
  await using messaging = link.messaging;
  return link.principal === undefined ? ok() : await endSession(messaging);
}

/** Asks the platform about sessions, as whoever a connection is of. */
export async function askAuth(
  name: keyof AuthBody["rpc"] & `Auth.Sessions.${string}`,
  input: unknown,
  messaging: NatsMessaging,
): Promise<Result<unknown, ExplainedError>> {
  const answer = await rpcCall(auth.manifest, name, new Map(), messaging)(input);
  return answer.mapErr((error): ExplainedError => {
    if (error instanceof TransportError) return error;
    if (error instanceof ValidationError) {
      return { code: "not_found", message: error.message, hint: "trellis sessions list shows all" };
    }
    const hint = "is a Trellis process of this version running?";
    return { code: "trellis.rpc.malformed_reply", message: `${name}: ${error.message}`, hint };
  });
}
