import { TransportError } from "../../contracts/errors/transport_error.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import {
  type Bootstrap,
  bootstrapSubject,
  type LimboReason,
  parseBootstrap,
} from "../../contracts/stored/bootstrap.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { newRequestId } from "../rpc/request_id.ts";

const TIMEOUT_MS = 5000;

/**
 * Asks the platform who this session is and what it was given, and lets the connection know the first.
 * For servers that are secured. Undefined when nothing was accepted and reconciled yet.
 *
 * Errors: `trellis.bootstrap.failed` when no platform answers, `trellis.session.refused`.
 */
export async function readSessionBindings(
  messaging: NatsMessaging,
): Promise<Result<Bindings | undefined, TransportError>> {
  const bootstrap = (await requestBootstrap(messaging)).take();
  if (isErr(bootstrap)) return bootstrap;
  if (bootstrap.state === "admitted") {
    messaging.identify(bootstrap.principal);
    return ok(bootstrap.bindings);
  }
  const { reason } = bootstrap;
  return reason === "approval_pending" ? ok(undefined) : err(refused(reason));
}

async function requestBootstrap(
  messaging: NatsMessaging,
): Promise<Result<Bootstrap, TransportError>> {
  const subject = bootstrapSubject(messaging.session);
  const options = { timeoutMs: TIMEOUT_MS, requestId: newRequestId() };
  const reply = (await messaging.request(subject, "{}", options)).take();
  if (isErr(reply)) return err(failed(reply.error.message, reply.error));
  const value = parseExactJson(reply.text).take();
  if (isErr(value)) return err(failed(`the answer ${jsonTextProblem(value.error)}`));
  const bootstrap = reply.isError ? undefined : parseBootstrap(value);
  if (bootstrap !== undefined) return ok(bootstrap);
  return err(failed("the answer is not of this version of Trellis"));
}

function failed(what: string, cause?: unknown): TransportError {
  return new TransportError({
    message: `the platform does not say what this session was given: ${what}`,
    code: "trellis.bootstrap.failed",
    hint: "is a Trellis process of the same version running?",
    cause,
  });
}

const REFUSALS: Readonly<Record<Exclude<LimboReason, "approval_pending">, string>> = {
  login_required: "nobody is known to hold the key of this session",
  session_revoked: "this session was revoked",
  session_expired: "this session has expired",
};

function refused(reason: keyof typeof REFUSALS): TransportError {
  return new TransportError({
    message: REFUSALS[reason],
    code: "trellis.session.refused",
    hint: "get a new session key from the Trellis that runs the server",
  });
}
