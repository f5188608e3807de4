import { tellTrace } from "../../contracts/errors/error_trace.ts";
import type { ErrorClass } from "../../contracts/errors/trellis_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { TransportError, TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Validator } from "../../contracts/schema/validator.ts";
import type { CallOptions, HandedOver } from "./call_options.ts";
import { type CalledSurface, rpcSurface } from "./called_surface.ts";
import type { CallRights, Demand } from "./call_rights.ts";
import { Backoff } from "../nats/backoff.ts";
import { decodeError, malformedReply } from "./error_envelope.ts";
import type { Messaging, Reply, RequestOptions } from "./messaging.ts";
import { newRequestId } from "./request_id.ts";
import { type UseState, whileUsed } from "./use_state.ts";

/** Milliseconds that a call waits unless its options say otherwise. */
export const DEFAULT_TIMEOUT_MS = 5000;

const DENIED: TransportErrorCode = "trellis.permission.denied";

/** How long a service may be away, as during a restart, before its callers hear of it. */
const RESTART_MS = 2000;
/** The longest pause before a request is sent again, in milliseconds. */
const LONGEST_PAUSE_MS = 200;

/** One RPC as untyped code calls it. */
export type UntypedCall = (input: unknown, options?: CallOptions) => AsyncResult<unknown, Error>;

/** What calls are sent over. */
export type RequestSender = Pick<Messaging, "caller" | "record" | "request">;

/** Sends the requests of a use, and none while it is known to be missing. */
export function requestsOf(use: UseState, messaging: RequestSender): RequestSender {
  return {
    caller: messaging.caller,
    record: messaging.record,
    request: (...request) => whileUsed(use, () => messaging.request(...request)),
  };
}

/**
 * Calls one RPC: validates, sends, and reads the reply.
 *
 * @param rights what the caller holds, where that is known
 */
export function rpcCall(
  manifest: ContractManifest,
  name: string,
  classes: ReadonlyMap<string, ErrorClass>,
  messaging: RequestSender,
  rights?: CallRights,
): UntypedCall {
  return surfaceCall(rpcSurface({ manifest, errors: classes }, name), messaging, rights);
}

/**
 * The same for whatever is called in the same way.
 *
 * @param isSentAgain false for what fails at once while no process serves it
 */
export function surfaceCall(
  called: CalledSurface,
  messaging: RequestSender,
  rights?: CallRights,
  { isSentAgain }: { readonly isSentAgain: boolean } = { isSentAgain: true },
): UntypedCall {
  const { name, input, capabilities } = called;
  const subject = `${called.subject}.${messaging.caller}`;
  const demanded: Demand = { name, capabilities };

  async function call(
    value: unknown,
    options: CallOptions & HandedOver,
  ): Promise<Result<unknown, Error>> {
    if (!input.check(value)) return err(invalidInput(name, input, value));
    const body = JSON.stringify(value);
    const refused = rights === undefined || rights.holds(demanded)
      ? undefined
      : await rights.refusal(demanded);
    if (refused !== undefined) return err(refused);
    const request: RequestOptions = {
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: options.signal,
      requestId: options.requestId ?? newRequestId(),
      traceparent: options.traceparent,
      tracestate: options.tracestate,
      span: options.span,
      whileDisconnected: options.whileDisconnected ?? "wait",
    };
    const start = performance.now();
    let reply = await messaging.request(subject, body, request);
    if (isSentAgain && isUnserved(reply)) {
      reply = await requestAgain(messaging, subject, body, request, start);
    }
    if (rights !== undefined && reply.isErr() && reply.error.code === DENIED) {
      // The server delivered nothing, so it may be sent again.
      const why = await rights.afterDenial(demanded, reply.error);
      if (why !== undefined) return err(why);
      reply = await messaging.request(subject, body, request);
    }
    const read = reply.isErr() ? reply.error : readReply(reply.value, called);
    return read instanceof Error ? err(tellTrace(read, request.requestId)) : ok(read);
  }
  const sent = messaging.record?.(called, call) ?? call;
  return (value, options = {}) => new AsyncResult(sent(value, options));
}

/** The value of an answer, or its error. */
function readReply({ isError, text }: Reply, { name, output, declared }: CalledSurface): unknown {
  if (isError) return decodeError(text, declared, name);
  const answer = parseExactJson(text).take();
  if (isErr(answer)) return malformedReply(name, `it ${jsonTextProblem(answer.error)}`);
  if (output.check(answer)) return answer;
  const issue = output.issues(answer)[0];
  return malformedReply(name, `${issue?.path ?? ""} ${issue?.message ?? "does not fit"}`);
}

/** Sends a request again while no process serves it: then nothing was delivered. */
async function requestAgain(
  messaging: RequestSender,
  subject: string,
  body: string,
  options: RequestOptions,
  start: number,
): Promise<Result<Reply, TransportError>> {
  const { timeoutMs, signal } = options;
  // It may have waited for the connection before.
  const end = Math.min(start + timeoutMs, performance.now() + RESTART_MS);
  const backoff = new Backoff(end, LONGEST_PAUSE_MS);
  for (;;) {
    const paused = await backoff.pause(signal);
    const left = Math.max(1, timeoutMs - (performance.now() - start));
    const reply = await messaging.request(subject, body, { ...options, timeoutMs: left });
    if (!isUnserved(reply) || !paused) return reply;
  }
}

function isUnserved(reply: Result<Reply, TransportError>): boolean {
  return reply.isErr() && reply.error.code === "trellis.rpc.unavailable";
}

function invalidInput(name: string, validator: Validator, value: unknown): ValidationError {
  return new ValidationError({ subject: `the input of ${name}`, issues: validator.issues(value) });
}
