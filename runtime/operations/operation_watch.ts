import { isErr, ok, type Result } from "../../contracts/result.ts";
import { isEnded } from "../../contracts/stored/operation_record.ts";
import { inboxPrefix } from "../nats/connection.ts";
import type { Line } from "../nats/line.ts";
import type { LineSubscription } from "../nats/line_subscription.ts";
import type { WireMessage } from "../nats/link/link.ts";
import { pause } from "../nats/pause.ts";
import { freshToken } from "../nats/session_token.ts";
import { unrefTimer } from "../nats/unref_timer.ts";
import { isRetryable } from "../rpc/is_retryable.ts";
import { WatchQueue } from "../watch_queue.ts";
import {
  readOperationRecord,
  type StoredOperation,
  watchConsumer,
  watchInbox,
} from "./operation_control.ts";
import type { UntypedSnapshot } from "./read_snapshot.ts";

/** Silence after which nothing is believed to deliver any more, in milliseconds: the server speaks every five seconds. */
const SILENCE_MS = 12_000;
const LOOK_MS = 1000;
/** What stays as it is for so long is asked for again, in milliseconds: the service ends what was lost meanwhile. */
const STILL_MS = 300_000;
/** The longest pause between two attempts to have it delivered again, in milliseconds. */
const LONGEST_PAUSE_MS = 2000;

/** What is watched. */
export interface WatchRequest {
  /** Asks the service to have changes delivered to an inbox of this session. */
  readonly ask: (inbox: string) => PromiseLike<Result<StoredOperation, Error>>;
  readonly read: (stored: StoredOperation) => Result<UntypedSnapshot, Error>;
  readonly signal?: AbortSignal;
}

/** Watches operations. */
export type OperationWatcher = (
  request: WatchRequest,
) => Promise<Result<AsyncIterable<UntypedSnapshot>, Error>>;

/**
 * Watches over a connection, as the session whose inbox it may subscribe to. A watch lasts over any number of
 * deliveries: each is a consumer of the broker's that sends the record to an inbox of the caller, so no instance of
 * the service has to go on living. A record is the whole state, so what was missed between two is not needed.
 */
export function operationWatcher(
  { line, session }: { readonly line: Line; readonly session: string },
): OperationWatcher {
  return async ({ ask, read, signal }) => {
    let subscription: LineSubscription | undefined;
    let revision = -1;
    let heardAt = 0;
    let changedAt = 0;
    let isAsking = true;
    const end = () => queue.end();
    const queue = new WatchQueue<UntypedSnapshot>(() => {
      clearInterval(looking);
      unlisten();
      signal?.removeEventListener("abort", end);
      subscription?.unsubscribe();
    });
    const unlisten = line.watch((event) => {
      if (event.kind === "reconnected") again();
      if (event.kind === "closed") queue.end(event.error);
    });
    const looking = setInterval(() => {
      const now = performance.now();
      if (line.up && (now - heardAt > SILENCE_MS || now - changedAt > STILL_MS)) again();
    }, LOOK_MS);
    unrefTimer(looking);
    signal?.addEventListener("abort", end);

    const begun = (await deliver()).take();
    isAsking = false;
    if (signal?.aborted) end();
    if (!isErr(begun)) return ok(queue);
    end();
    return begun;

    /** Has it delivered to another inbox. */
    async function deliver(): Promise<Result<void, Error>> {
      subscription?.unsubscribe();
      const inbox = freshToken(16);
      const own = subscription = line.subscribe(watchInbox(inboxPrefix(session), inbox), {
        callback: (cause, msg) => {
          if (cause === null && own === subscription) receive(msg, inbox);
        },
      });
      return (await ask(inbox)).map((answer) => {
        heardAt = changedAt = performance.now();
        report(answer);
      });
    }

    /** Has it delivered again. What may pass is waited out, for as long as it takes. */
    async function again(): Promise<void> {
      if (isAsking) return;
      isAsking = true;
      for (let ms = 100; !queue.ended; ms = Math.min(LONGEST_PAUSE_MS, ms * 2)) {
        const failure = (await deliver()).take();
        if (!isErr(failure)) break;
        const { error } = failure;
        if (isRetryable(error)) await pause(ms, signal);
        else queue.end(error);
      }
      isAsking = false;
    }

    function receive(msg: WireMessage, inbox: string): void {
      heardAt = performance.now();
      // What the consumer has sent says so, and which message it is; heartbeats have no body.
      const numbers = msg.reply?.split(`.${watchConsumer(inbox)}.`)[1]?.split(".");
      const record = numbers && readOperationRecord(msg.data);
      if (record) report({ record, revision: Number(numbers[1]) });
    }

    function report(stored: StoredOperation): void {
      if (queue.ended || stored.revision <= revision) return;
      revision = stored.revision;
      changedAt = performance.now();
      const snapshot = read(stored).take();
      if (isErr(snapshot)) return queue.end(snapshot.error);
      queue.push(snapshot);
      if (isEnded(snapshot.state)) queue.mark(end);
    }
  };
}
