import type { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { isSecured } from "../../runtime/nats/connection.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { refusedSession, requestBootstrap } from "../../runtime/session/request_bootstrap.ts";
import type { ExplainedError } from "./command_context.ts";

/** A connection with the key of a session. */
export interface SessionLink {
  readonly messaging: NatsMessaging;
  /** Who the session is; undefined at a server that asks nobody. */
  readonly principal: Principal | undefined;
}

/**
 * Connects with the key of a session, and learns who it is. Errors: `not_logged_in` when the key lets
 * nobody in any more, and those of connecting.
 */
export async function connectLogin(
  url: string,
  key: KeyPair,
): Promise<Result<SessionLink, ExplainedError>> {
  const connected = (await connectMessaging({ servers: url, name: "trellis cli", key })).take();
  if (isErr(connected)) return connected;
  await using opened = new AsyncDisposableStack();
  const messaging = opened.use(connected);
  if (!isSecured(messaging.connection)) {
    opened.move();
    return ok({ messaging, principal: undefined });
  }
  const bootstrap = (await requestBootstrap(messaging)).take();
  if (isErr(bootstrap)) return bootstrap;
  if (bootstrap.state === "limbo") {
    const { message, hint } = refusedSession(bootstrap.reason);
    const code = "not_logged_in";
    if (bootstrap.reason === "user_disabled") return err({ code, message, hint });
    return err({ code, message, hint: "log in again", command: ["login"] });
  }
  const { principal } = bootstrap;
  messaging.identify(principal);
  opened.move();
  return ok({ messaging, principal });
}
