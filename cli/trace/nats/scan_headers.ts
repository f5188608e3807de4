import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { managerOf } from "../../../reconcile/nats/buckets/jetstream_failure.ts";
import {
  readStreamOnce,
  type StreamReadingFailure,
} from "../../../reconcile/nats/scan/read_stream_once.ts";
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
  /** Called with each message, without its body. */
  visit(message: ScannedMessage): void;
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
  let [messages, last, isOver] = [0, since, false];
  const read = (await readStreamOnce(connection, manager, {
    stream,
    since,
    through: Number.MAX_SAFE_INTEGER,
    data: false,
    deadline,
    signal: AbortSignal.any([signal, enough.signal]),
    visit: (message) => {
      if (isOver) return;
      messages++;
      last = message.writtenAt;
      visit(message);
      isOver = messages >= most && message.pending > 0;
      if (isOver) enough.abort();
    },
    tick: () => {},
  })).take();
  if (!isErr(read)) return ok({ messages, stoppedAt: read === "late" ? last : undefined });
  const { error } = read;
  if (error.kind === "aborted" && isOver) return ok({ messages, stoppedAt: last });
  if (error.kind === "refused" && apiCode(error.cause) === API_CODE.streamNotFound) {
    return ok({ messages: 0, stoppedAt: undefined });
  }
  return err({
    code: error.kind === "aborted" ? "interrupted" : "unavailable",
    message: `reading the headers of ${stream}: ${failureText(error)}`,
  });
}

function failureText(failure: StreamReadingFailure): string {
  switch (failure.kind) {
    case "aborted":
      return "it was interrupted";
    case "disconnected":
      return "the connection was lost; try again";
    case "silent":
      return "the server does not answer; try again";
    case "gone":
      return "the stream was deleted meanwhile";
    case "refused":
      return String(failure.cause);
  }
}
