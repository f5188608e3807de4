import { RemoteError } from "../../contracts/errors/remote_error.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { type ErrorClass, TrellisError } from "../../contracts/errors/trellis_error.ts";
import { ValidationError, type ValidationIssue } from "../../contracts/errors/validation_error.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import type { CallOptions } from "../../runtime/rpc/call_options.ts";
import { type RequestSender, rpcCall } from "../../runtime/rpc/rpc_caller.ts";
import { manifestOf, type ServedRpc } from "./served_rpc.ts";

/** What an RPC has answered. */
export type Answer =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "error"; readonly error: CallFailure };

/** Why an RPC has not answered with a value. */
export interface CallFailure {
  readonly message: string;
  /** The wire type of a declared or a built-in error, or the code of one of the transport. */
  readonly code: string;
  /** An error of the transport, with what to do. */
  readonly transport?: TransportError;
  /** What `trellis trace` shows what it has led to by; undefined for what was not sent. */
  readonly trace: string | undefined;
  /** What does not fit its schema. */
  readonly issues: readonly ValidationIssue[];
  /** What came over the wire. */
  readonly payload?: JsonValue;
}

/** Calls an RPC, checked on both sides by the schemas that are accepted. */
export async function callServed(
  rpc: ServedRpc,
  input: JsonValue,
  messaging: RequestSender,
  options: CallOptions,
): Promise<Answer> {
  const answer = await rpcCall(manifestOf(rpc), rpc.name, NO_CLASSES, messaging)(input, options);
  // What came over the wire is JSON.
  if (answer.isOk()) return { kind: "value", value: answer.value as JsonValue };
  return { kind: "error", error: failureOf(rpc.name, answer.error) };
}

/** No class is known here: declared errors arrive with their payload. */
const NO_CLASSES: ReadonlyMap<string, ErrorClass> = new Map();

/** What there is to say of an error with which a call has ended. */
export function failureOf(rpc: string, error: Error): CallFailure {
  const message = error.message.includes(rpc) ? error.message : `${rpc}: ${error.message}`;
  const issues = error instanceof ValidationError ? error.issues : [];
  const trace = error instanceof TrellisError && typeof error.trace === "string"
    ? error.trace
    : undefined;
  if (error instanceof TransportError) {
    return { message, code: error.code, transport: error, trace, issues };
  }
  // A code that the contract declares, or the name of a class.
  const code = error instanceof RemoteError ? error.payload.type : error.name;
  // So does what an error holds.
  const payload = error instanceof TrellisError ? error.toSerializable() as JsonValue : undefined;
  return { message, code, trace, issues, ...(payload === undefined ? {} : { payload }) };
}
