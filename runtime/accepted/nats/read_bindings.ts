import { AUTHORITY_BUCKET, bindingsKey } from "../../../contracts/stored/authority_records.ts";
import { type Bindings, parseBindings } from "../../../contracts/stored/bindings.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { readJson } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { readApiAnswer } from "../../nats/jetstream/api_answer.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { Link, WireMessage } from "../../nats/link/link.ts";
import { readStoredMessage } from "../../nats/jetstream/stored_message.ts";

const TIMEOUT_MS = 5000;
/** There is no such record, or nothing was ever recorded. */
const MISSING: readonly number[] = [API_CODE.noMessage, API_CODE.streamNotFound];

/** Reads the bindings of a deployment; undefined when there are none. */
export async function readBindings(
  connection: Link,
  deployment: string,
): Promise<Result<Bindings | undefined, TransportError>> {
  const what = `the bindings of ${deployment}`;
  const text = await readAuthorityText(connection, bindingsKey(deployment), what);
  return text.andThen((text) => {
    if (text === undefined) return ok(undefined);
    const bindings = parseBindings(readJson(text));
    return bindings === undefined
      ? err(unreadable(what, "they are not of this version of Trellis"))
      : ok(bindings);
  });
}

/** Reads what authority has written under a key; undefined when there is nothing. For open servers. */
export async function readAuthorityText(
  connection: Link,
  key: string,
  what: string,
): Promise<Result<string | undefined, TransportError>> {
  const subject = `$JS.API.STREAM.MSG.GET.KV_${AUTHORITY_BUCKET}`;
  const query = JSON.stringify({ last_by_subj: `$KV.${AUTHORITY_BUCKET}.${key}` });
  let msg: WireMessage;
  try {
    msg = await connection.request(subject, query, { timeout: TIMEOUT_MS });
  } catch (cause) {
    return err(unreadable(what, cause instanceof Error ? cause.message : String(cause), cause));
  }
  const answer = readApiAnswer({ kind: "answer", msg }).take();
  if (isErr(answer)) {
    const failure = answer.error;
    const isMissing = failure.kind === "refused" && MISSING.includes(failure.code);
    return isMissing ? ok(undefined) : err(unreadable(what, failureMeaning(failure).what));
  }
  const message = readStoredMessage(answer);
  return message === undefined
    ? err(unreadable(what, "the answer is not one of JetStream's"))
    : ok(new TextDecoder().decode(message.data));
}

function unreadable(what: string, reason: string, cause?: unknown): TransportError {
  return new TransportError({
    message: `${what} cannot be read: ${reason}`,
    code: "trellis.bootstrap.failed",
    hint: "is JetStream on, and is the Trellis that reconciles of the same version?",
    cause,
  });
}
