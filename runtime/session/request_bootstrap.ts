import { TransportError } from "../../contracts/errors/transport_error.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import {
  type Bootstrap,
  type BootstrapQuestion,
  bootstrapSubject,
  type LimboReason,
  parseBootstrap,
} from "../../contracts/stored/bootstrap.ts";
import type { SessionContract } from "../../contracts/stored/session_record.ts";
import type { Messaging } from "../rpc/messaging.ts";
import { newRequestId } from "../rpc/request_id.ts";

const TIMEOUT_MS = 5000;

/**
 * Asks the platform who this session is and what it was given.
 *
 * Errors: `trellis.bootstrap.failed` when no platform answers.
 */
export async function requestBootstrap(
  messaging: Messaging,
  question: BootstrapQuestion = {},
): Promise<Result<Bootstrap, TransportError>> {
  const subject = bootstrapSubject(messaging.session);
  const options = { timeoutMs: TIMEOUT_MS, requestId: newRequestId() };
  const reply = (await messaging.request(subject, JSON.stringify(question), options)).take();
  if (isErr(reply)) {
    // The connection was closed because the session is over.
    const isSessionOver = reply.error.code === "trellis.session.refused";
    return err(isSessionOver ? reply.error : failed(reply.error.message, reply.error));
  }
  const value = parseExactJson(reply.text).take();
  if (isErr(value)) return err(failed(`the answer ${jsonTextProblem(value.error)}`));
  const bootstrap = reply.isError ? undefined : parseBootstrap(value);
  if (bootstrap !== undefined) return ok(bootstrap);
  return err(notOfThisVersion());
}

/** The error of an answer that cannot be read. */
export function notOfThisVersion(): TransportError {
  return failed("the answer is not of this version of Trellis");
}

/** Whether a session that may do nothing is over: nothing but a new one helps. */
export function isEnded(reason: LimboReason): boolean {
  return ENDED.includes(reason);
}

const ENDED: readonly LimboReason[] = ["login_required", "session_revoked", "session_expired"];

/** The error of a session that may do nothing, with what to do. */
export function refusedSession(reason: LimboReason, contract?: SessionContract): TransportError {
  const id = contract?.id ?? "the contract";
  const { message, hint, words } = REFUSALS[reason](id);
  const deployment = contract && contractName(contract.id);
  return new TransportError({
    message,
    code: reason === "approval_pending" ? "trellis.session.pending" : "trellis.session.refused",
    hint,
    ...(words && deployment ? { command: ["svc", deployment, ...words] } : {}),
  });
}

interface Refusal {
  readonly message: string;
  readonly hint: string;
  /** The command that helps, behind `svc <deployment>`. */
  readonly words?: readonly string[];
}

const NEW_KEY = "get a new session key from the Trellis that runs the server";

const REFUSALS: Readonly<Record<LimboReason, (contract: string) => Refusal>> = {
  login_required: () => ({
    message: "nobody is known to hold the key of this session",
    hint: NEW_KEY,
  }),
  session_revoked: () => ({ message: "this session was revoked", hint: NEW_KEY }),
  session_expired: () => ({ message: "this session has expired", hint: NEW_KEY }),
  user_disabled: () => ({
    message: "the user of this session was disabled",
    hint: "ask whoever runs Trellis to enable them again",
  }),
  approval_pending: (contract) => ({
    message: `${contract} waits until a person approves what it asks for`,
    hint: "decide its plan, or activate the device with trellis devices activate",
    words: ["authority", "plan", "list"],
  }),
  contract_unknown: (contract) => ({
    message:
      `this session may not run ${contract}: it was opened for another contract, or nothing ` +
      "of it was ever accepted",
    hint: "open a session for this contract",
  }),
  contract_needed: () => ({
    message:
      "more is served here than a session without a contract can be told, which may call all of it",
    hint: "call by an app, whose contract says what it uses, or log in as an admin",
  }),
  contract_wrong_kind: (contract) => ({
    message:
      `this session may not run ${contract}: users run apps, and devices, agents and services ` +
      "run contracts of their own kind",
    hint: "define the contract as what runs it, as defineAppContract for a user",
  }),
  contract_exceeds_grant: (contract) => ({
    message: `${contract} asks for more than what was accepted of it`,
    hint: "have the new contract approved: open a session for it again",
  }),
};

function failed(what: string, cause?: unknown): TransportError {
  return new TransportError({
    message: `the platform does not say what this session was given: ${what}`,
    code: "trellis.bootstrap.failed",
    hint: "is a Trellis process of the same version running?",
    cause,
  });
}
