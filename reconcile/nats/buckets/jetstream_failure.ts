import { jetstreamManager } from "@nats-io/jetstream";
import { PermissionViolationError, TimeoutError } from "@nats-io/nats-core";
import { API_CODE, apiErrorKind } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { ConnectionDownError } from "../../../runtime/nats/connection_gate.ts";
import { NoClusterError } from "../layout/no_cluster_error.ts";
import { AuthorityError } from "../../records/authority_error.ts";
import type { BucketFailure } from "../../resources/buckets.ts";

/** What an error of NATS means, and what to do about it. */
export interface NatsFailure {
  /** From a short list, or `nats_` and the number of the API error. */
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
  /** Whether it may pass by itself, or by what an operator does. */
  readonly retryable: boolean;
}

const TOO_FEW_SERVERS = {
  code: "nats_too_few_servers",
  retryable: true,
  hint:
    "there are fewer NATS servers with JetStream than replicas asked for, or too few of the cluster " +
    "and with the tags that the policy names: start more, or ask for less (trellis policy show)",
} as const;

/** Says what went wrong with a bucket, for a person and for the next attempt. */
export function bucketFailure(error: unknown, doing: string): BucketFailure {
  const { reason, ...failure } = natsFailure(error);
  return { ...failure, message: `could not ${doing}: ${reason}` };
}

/** What an error means that a request to NATS ended with; recognised by its class or its number. */
export function natsFailure(error: unknown): NatsFailure {
  const code = apiCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code !== undefined) return { reason: `${text} (${code})`, ...apiFailure(code) };
  if (error instanceof NoClusterError) return { reason: text, ...TOO_FEW_SERVERS };
  const failure = (code: string, retryable: boolean, hint: string) => ({
    code,
    reason: text,
    hint,
    retryable,
  });
  if (isRefusal(error)) {
    const hint = "on a server of Trellis' own configuration the keys are those of another one: " +
      "start with the keys of this server; elsewhere give the user that Trellis connects as the " +
      "right to manage streams ($JS.API.>)";
    return failure("nats_permission", false, hint);
  }
  if (error instanceof ConnectionDownError) {
    const hint = "the connection to NATS is being restored; the next attempt comes by itself";
    return failure("nats_unavailable", true, hint);
  }
  if (error instanceof TimeoutError) {
    const hint =
      "if the NATS server answers other requests, its disk may be full or too slow, or " +
      "it has no leader: see its log. The next attempt comes by itself";
    return failure("nats_unavailable", true, hint);
  }
  const hint = "is the NATS server up, with JetStream on? The next attempt comes by itself";
  return failure("nats_unavailable", true, hint);
}

function apiFailure(number: number): Omit<NatsFailure, "reason"> {
  if (number === API_CODE.noSuitablePeers || number === API_CODE.notClustered) {
    return TOO_FEW_SERVERS;
  }
  switch (apiErrorKind(number)) {
    case "storage_full": {
      const hint =
        "the JetStream storage of the account or the server is full: delete data that is " +
        "not needed, or raise the limit (max_file_store, or that of the account)";
      return { code: "nats_limit", retryable: true, hint };
    }
    case "account_limit": {
      const hint = "raise the limits of the NATS account, then reconcile again";
      return { code: "nats_limit", retryable: true, hint };
    }
    case "stream_full": {
      const hint =
        "the stream has reached its own size: raise its max_bytes, or take the limit away";
      return { code: "nats_limit", retryable: true, hint };
    }
    case "momentary": {
      const hint =
        "the NATS cluster is choosing a leader or starting; the next attempt comes by itself";
      return { code: "nats_busy", retryable: true, hint };
    }
    case "no_jetstream":
      return {
        code: "nats_no_jetstream",
        retryable: false,
        hint: "turn JetStream on for this account",
      };
    default: {
      const hint = "the server refuses this configuration; nothing was changed";
      return { code: `nats_${number}`, retryable: false, hint };
    }
  }
}

/** True while a cluster that has just started has no leader that could answer. */
export function isStarting(error: unknown): boolean {
  // What was being done when it has failed may be told by an error of ours.
  if (error instanceof AuthorityError) return isStarting(error.cause);
  const code = apiCode(error);
  return code === undefined ? error instanceof TimeoutError : apiErrorKind(code) === "momentary";
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
