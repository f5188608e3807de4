import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";
import { AUTHORITY_BUCKET, bindingsKey } from "../../../contracts/stored/authority_records.ts";
import { type Bindings, parseBindings } from "../../../contracts/stored/bindings.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { readJson } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { API_CODE, apiCode } from "../../nats/jetstream/api_code.ts";

/** Reads the bindings of a deployment; undefined when there are none. */
export async function readBindings(
  connection: NatsConnection,
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
  connection: NatsConnection,
  key: string,
  what: string,
): Promise<Result<string | undefined, TransportError>> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const message = await manager.streams.getMessage(`KV_${AUTHORITY_BUCKET}`, {
      last_by_subj: `$KV.${AUTHORITY_BUCKET}.${key}`,
    });
    return ok(message?.string());
  } catch (cause) {
    const code = apiCode(cause);
    if (code === API_CODE.noMessage || code === API_CODE.streamNotFound) return ok(undefined);
    return err(unreadable(what, cause instanceof Error ? cause.message : String(cause), cause));
  }
}

function unreadable(what: string, reason: string, cause?: unknown): TransportError {
  return new TransportError({
    message: `${what} cannot be read: ${reason}`,
    code: "trellis.bootstrap.failed",
    hint: "is JetStream on, and is the Trellis that reconciles of the same version?",
    cause,
  });
}
