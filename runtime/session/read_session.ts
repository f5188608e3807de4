import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type Bindings, parseBindings } from "../../contracts/stored/bindings.ts";
import type { Bootstrap } from "../../contracts/stored/bootstrap.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { notOfThisVersion, refusedSession, requestBootstrap } from "./request_bootstrap.ts";

/** What a service was given. */
export interface Given extends Pick<Extract<Bootstrap, { state: "admitted" }>, "used"> {
  /** The resources of its deployment. */
  readonly bindings?: Bindings | undefined;
}

/**
 * Asks the platform who this session is and what it was given, and lets the connection know the first.
 * For servers that are secured. Nothing was given when nothing was accepted and reconciled yet.
 *
 * Errors: `trellis.bootstrap.failed` when no platform answers, `trellis.session.refused`.
 */
export async function readSession(
  messaging: NatsMessaging,
): Promise<Result<Given, TransportError>> {
  const bootstrap = (await requestBootstrap(messaging)).take();
  if (isErr(bootstrap)) return bootstrap;
  if (bootstrap.state === "admitted") {
    messaging.identify(bootstrap.principal, bootstrap.lifetimeS);
    const { bindings: sent, used } = bootstrap;
    const bindings = sent === undefined ? undefined : parseBindings(sent);
    if (sent !== undefined && bindings === undefined) return err(notOfThisVersion());
    return ok({ bindings, used });
  }
  const { reason } = bootstrap;
  return reason === "approval_pending" ? ok({}) : err(refusedSession(reason));
}
