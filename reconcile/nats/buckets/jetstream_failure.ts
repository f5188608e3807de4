import { jetstreamManager } from "@nats-io/jetstream";
import { PermissionViolationError } from "@nats-io/nats-core";
import { apiCode, apiErrorKind } from "../../../runtime/nats/jetstream/api_code.ts";
import type { BucketFailure } from "../../resources/buckets.ts";

/** Says what went wrong with a bucket, for a person and for the next attempt. */
export function bucketFailure(error: unknown, doing: string): BucketFailure {
  const code = apiCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  const failure = (code: string, retryable: boolean, hint: string, message = reason) => ({
    code,
    message: `could not ${doing}: ${message}`,
    hint,
    retryable,
  });
  if (isRefusal(error)) {
    const hint = "give the user that Trellis connects as the right to manage streams ($JS.API.>)";
    return failure("nats_permission", false, hint);
  }
  if (code === undefined) {
    const hint = "is the NATS server up, with JetStream on? The next reconcile tries again";
    return failure("nats_unavailable", true, hint);
  }
  const text = `${reason} (${code})`;
  const kind = apiErrorKind(code);
  if (kind === "storage_full" || kind === "account_limit") {
    const hint = "raise the limits of the NATS account or free some space, then reconcile again";
    return failure("nats_limit", true, hint, text);
  }
  if (kind === "momentary") {
    const hint =
      "the NATS cluster is choosing a leader or starting; the next reconcile tries again";
    return failure("nats_busy", true, hint, text);
  }
  if (kind === "no_jetstream") {
    return failure("nats_no_jetstream", false, "turn JetStream on for this account", text);
  }
  const hint = "the server refuses this configuration; nothing was changed";
  return failure(`nats_${code}`, false, hint, text);
}

function isRefusal(error: unknown): boolean {
  return error instanceof PermissionViolationError ||
    (error instanceof Error && error.cause instanceof PermissionViolationError);
}

/** The manager of a connection, without a round trip to check that JetStream is on. */
export function managerOf(
  connection: Parameters<typeof jetstreamManager>[0],
): ReturnType<typeof jetstreamManager> {
  return jetstreamManager(connection, { checkAPI: false });
}
