import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { managerOf } from "../../../reconcile/nats/buckets/jetstream_failure.ts";
import { readStreamOnce } from "../../../reconcile/nats/scan/read_stream_once.ts";
import type { ScannedMessage } from "../../../reconcile/nats/scan/scanned_message.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** What is read of a stream. */
export interface HeaderScan {
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** No more messages than this. */
  readonly most: number;
  /** When it ends early, by `performance.now()`. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Called with each message, without its body; true: nothing more is wanted. */
  visit(message: ScannedMessage): boolean | void;
}

/** How far a stream was read. */
export interface ScanEnd {
  readonly messages: number;
  /** Up to when, in milliseconds since 1970, where something behind it was left out. */
  readonly stoppedAt: number | undefined;
}

/** Reads a stream from a time on, headers only; one that is not there has nothing in it. */
export async function scanHeaders(
  { connection }: Pick<NatsMessaging, "connection">,
  { stream, since, most, deadline, signal, visit }: HeaderScan,
): Promise<Result<ScanEnd, ExplainedError>> {
  const manager = await managerOf(connection);
  const enough = new AbortController();
  let [messages, last, isEnough, isOver] = [0, since, false, false];
  const read = (await readStreamOnce(connection, manager, {
    stream,
    since,
    through: Number.MAX_SAFE_INTEGER,
    data: false,
    deadline,
    signal: AbortSignal.any([signal, enough.signal]),
    visit: (message) => {
      if (isEnough || isOver) return;
      messages++;
      last = message.writtenAt;
      isEnough = visit(message) === true;
      isOver = !isEnough && messages >= most && message.pending > 0;
      if (isEnough || isOver) enough.abort();
    },
    tick: () => {},
  })).take();
  if (!isErr(read)) return ok({ messages, stoppedAt: read === "late" ? last : undefined });
  const { error } = read;
  if (error.kind === "aborted" && (isEnough || isOver)) {
    return ok({ messages, stoppedAt: isOver ? last : undefined });
  }
  if (error.kind === "refused" && apiCode(error.cause) === API_CODE.streamNotFound) {
    return ok({ messages: 0, stoppedAt: undefined });
  }
  const code = error.kind === "aborted" ? "interrupted" : "unavailable";
  const message = `reading the headers of ${stream}: ${
    error.kind === "refused" ? String(error.cause) : `the server is ${error.kind}`
  }`;
  return err({ code, message });
}
