import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { BucketFailure } from "../ports.ts";

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
};

/** The numeric API code of an error, where it came from JetStream's API. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/** Says what went wrong with a bucket, for a person and for the next attempt. */
export function bucketFailure(error: unknown, doing: string): BucketFailure {
  const code = apiCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (code === undefined) {
    return {
      code: "nats_unavailable",
      message: `could not ${doing}: ${reason}`,
      hint: "is the NATS server up, with JetStream on? The next reconcile tries again",
      retryable: true,
    };
  }
  const limits: readonly (number | undefined)[] = [
    API_CODE.insufficientStorage,
    API_CODE.maximumStorage,
    API_CODE.maximumStreams,
  ];
  if (limits.includes(code)) {
    return {
      code: "nats_limit",
      message: `could not ${doing}: ${reason} (${code})`,
      hint: "raise the limits of the NATS account or free some space, then reconcile again",
      retryable: true,
    };
  }
  return {
    code: `nats_${code}`,
    message: `could not ${doing}: ${reason} (${code})`,
    hint: "the server refuses this configuration; nothing was changed",
    retryable: false,
  };
}

/** The manager of a connection, without a round trip to check that JetStream is on. */
export function managerOf(
  connection: Parameters<typeof jetstreamManager>[0],
): ReturnType<typeof jetstreamManager> {
  return jetstreamManager(connection, { checkAPI: false });
}
