import { AUTHORITY_BUCKET } from "../../../contracts/stored/authority_records.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { readApiAnswer } from "../../nats/jetstream/api_answer.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import type { Link, WireMessage } from "../../nats/link/link.ts";
import { readStoredMessage } from "../../nats/jetstream/stored_message.ts";

const TIMEOUT_MS = 5000;
const FOREIGN = "the answer is not one of JetStream's";
/** There is no such record, or nothing was ever recorded. */
const MISSING: readonly number[] = [API_CODE.noMessage, API_CODE.streamNotFound];

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
    if (isMissing) return ok(undefined);
    return err(unreadable(what, failure.kind === "refused" ? failure.description : FOREIGN));
  }
  const message = readStoredMessage(answer);
  return message === undefined
    ? err(unreadable(what, FOREIGN))
    : ok(new TextDecoder().decode(message.data));
}

/** Why nothing can be read. @param what that is */
export function unreadable(what: string, reason: string, cause?: unknown): TransportError {
  return new TransportError({
    message: `${what} cannot be read: ${reason}`,
    code: "trellis.bootstrap.failed",
    hint: "is JetStream on, and is the Trellis that reconciles of the same version?",
    cause,
  });
}
