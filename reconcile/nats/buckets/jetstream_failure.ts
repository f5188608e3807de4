import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import { PermissionViolationError } from "@nats-io/nats-core";
import type { BucketFailure } from "../../records/record_store.ts";

/** Numeric JetStream API error codes that Trellis tells apart. */
export const API_CODE: Readonly<Record<string, number>> = {
  streamNotFound: 10059,
  streamNameInUse: 10058,
  wrongLastSequence: 10071,
  noMessage: 10037,
  insufficientStorage: 10047,
  maximumStreams: 10027,
  maximumStorage: 10028,
  subjectsOverlap: 10065,
  notEnabledForAccount: 10039,
  notEnabled: 10076,
};

/** Limits of the account or the server: they may be raised, or space may become free. */
const LIMITS: ReadonlySet<number> = new Set([10002, 10023, 10027, 10028, 10047, 10113, 10122]);

/** Nobody can say now; the same request may succeed in a moment. */
const PASSING: ReadonlySet<number> = new Set([10004, 10005, 10008, 10009, 10010, 10053]);

/** The numeric API code of an error, where it came from JetStream's API. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

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
  if (LIMITS.has(code)) {
    const hint = "raise the limits of the NATS account or free some space, then reconcile again";
    return failure("nats_limit", true, hint, text);
  }
  if (PASSING.has(code)) {
    const hint =
      "the NATS cluster is choosing a leader or starting; the next reconcile tries again";
    return failure("nats_busy", true, hint, text);
  }
  if (code === API_CODE.notEnabled || code === API_CODE.notEnabledForAccount) {
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
