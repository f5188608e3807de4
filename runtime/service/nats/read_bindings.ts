import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";
import { AUTHORITY_BUCKET, bindingsKey } from "../../../contracts/stored/authority_records.ts";
import { type Bindings, parseBindings } from "../../../contracts/stored/bindings.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { API_CODE, apiCode } from "../../nats/jetstream/api_code.ts";

/** Reads the bindings of a deployment; undefined when there are none. */
export async function readBindings(
  connection: NatsConnection,
  deployment: string,
): Promise<Result<Bindings | undefined, TransportError>> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const message = await manager.streams.getMessage(`KV_${AUTHORITY_BUCKET}`, {
      last_by_subj: `$KV.${AUTHORITY_BUCKET}.${bindingsKey(deployment)}`,
    });
    if (message === null) return ok(undefined);
    const bindings = parseBindings(JSON.parse(message.string()));
    if (bindings !== undefined) return ok(bindings);
    return err(unreadable(deployment, "they are not of this version of Trellis"));
  } catch (cause) {
    const code = apiCode(cause);
    if (code === API_CODE.noMessage || code === API_CODE.streamNotFound) return ok(undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return err(unreadable(deployment, reason, cause));
  }
}

function unreadable(deployment: string, reason: string, cause?: unknown): TransportError {
  return new TransportError({
    message: `the bindings of ${deployment} cannot be read: ${reason}`,
    code: "trellis.bootstrap.failed",
    hint: "is JetStream on, and is the Trellis that reconciles of the same version?",
    cause,
  });
}
