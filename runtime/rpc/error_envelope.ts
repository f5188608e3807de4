import { BUILT_IN_ERRORS } from "../../contracts/errors/built_in_errors.ts";
import { RemoteError } from "../../contracts/errors/remote_error.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import type {
  ErrorClass,
  SerializableErrorData,
  TrellisError,
} from "../../contracts/errors/trellis_error.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { isErr } from "../../contracts/result.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";

/** Errors that every runtime knows, whatever a contract declares. */
const BUILT_IN: ReadonlyMap<string, ErrorClass> = new Map(Object.entries(BUILT_IN_ERRORS));

/** The declared error classes of an RPC or an operation, by wire type. */
export function declaredErrors(
  { errors = [] }: { readonly errors?: readonly { readonly type: string }[] },
  classes: ReadonlyMap<string, ErrorClass>,
): ReadonlyMap<string, ErrorClass> {
  const declared = new Map<string, ErrorClass>();
  for (const { type } of errors) {
    const known = classes.get(type);
    if (known !== undefined) declared.set(type, known);
  }
  return declared;
}

/** Writes an error as its wire envelope. */
export function encodeError(error: TrellisError<{ type: string; message: string }>): string {
  return JSON.stringify(error.toSerializable());
}

/**
 * Reads an error envelope: an instance of the declared class, of a built-in one, or a
 * {@link RemoteError} that keeps a payload of unknown type. What is not an envelope is a malformed reply.
 */
export function decodeError(
  text: string,
  declared: ReadonlyMap<string, ErrorClass>,
  rpc: string,
): Error {
  const payload = parseEnvelope(text);
  return payload === undefined
    ? malformedReply(rpc, "the error envelope is not one")
    : errorOf(payload, declared);
}

/** The same for an envelope that was read. */
export function errorOf(
  payload: SerializableErrorData,
  declared: ReadonlyMap<string, ErrorClass>,
): Error {
  const known = declared.get(payload.type) ?? BUILT_IN.get(payload.type);
  if (known === undefined || !validatorOf(known.schema).check(payload)) {
    return new RemoteError({ payload });
  }
  // The payload fits the class's own schema, which is what fromSerializable takes.
  return known.fromSerializable(payload as never);
}

/** The reply of `rpc` cannot be understood. */
export function malformedReply(rpc: string, why: string): TransportError {
  return new TransportError({
    message: `the reply to ${rpc} cannot be understood: ${why}`,
    code: "trellis.rpc.malformed_reply",
    hint: "something other than a Trellis service answers this subject; look at who serves it",
  });
}

function parseEnvelope(text: string): SerializableErrorData | undefined {
  const value = parseExactJson(text).take();
  if (isErr(value) || !isRecord(value) || typeof value.type !== "string") return undefined;
  const { type, message } = value;
  return { ...value, type, message: typeof message === "string" ? message : "" };
}
