import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { serverHas } from "../features/server_features.ts";
import { Backoff } from "../backoff.ts";
import { messageStatus } from "../headers/received_headers.ts";
import type { LineSubscription } from "../line_subscription.ts";
import type { WireMessage } from "../link/link.ts";
import { freshToken } from "../session_token.ts";
import { untilUp } from "../until_up.ts";
import { unrefTimer } from "../unref_timer.ts";
import type { ApiFailure } from "./api_answer.ts";
import { failureRule } from "./failure_rule.ts";
import { readDirectMessage, type StoredMessage } from "./stored_message.ts";
import type { StreamApi } from "./stream_api.ts";

/** Milliseconds that one question may be silent before it is repeated. */
const SILENT_MS = 2000;
const NOT_FOUND = 404;
const NO_RESPONDERS = 503;
const END_OF_BATCH = 204;

/** The newest messages of subjects, by subject. */
export type LastMessages = ReadonlyMap<string, StoredMessage>;

/**
 * The newest messages of several subjects with one question, read from whichever replica answers first. What was stored a
 * moment ago may be missing, and so may what is more than the server sends at once.
 *
 * @param deadline of `performance.now()`
 */
export async function lastMessages(
  api: StreamApi,
  subjects: readonly string[],
  deadline: number,
): Promise<Result<LastMessages, ApiFailure>> {
  const { line } = api.requests;
  const backoff = new Backoff(deadline);
  for (;;) {
    if (!line.up && !await untilUp(line, deadline)) {
      return err({ kind: line.isClosed() ? "closed" : "down" });
    }
    const isBatched = serverHas(line.info?.version, "batchedReads");
    if (!isBatched) return await oneByOne(api, subjects, deadline);
    const asked = (await ask(api, subjects)).take();
    if (!isErr(asked)) return ok(asked);
    if (!failureRule(asked.error).passes || !await backoff.pause()) return asked;
  }
}

function ask(
  { name, requests }: StreamApi,
  subjects: readonly string[],
): Promise<Result<LastMessages, ApiFailure>> {
  const { line, inboxPrefix } = requests;
  const inbox = `${inboxPrefix}.${freshToken(22)}`;
  const question = `$JS.API.DIRECT.GET.${name}`;
  const found = new Map<string, StoredMessage>();
  return new Promise((resolve) => {
    let subscription: LineSubscription | undefined;
    const end = (result: Result<LastMessages, ApiFailure>) => {
      clearTimeout(timer);
      unlisten();
      subscription?.unsubscribe();
      resolve(result);
    };
    const silent = () => end(err({ kind: "timeout" }));
    let timer = setTimeout(silent, SILENT_MS);
    unrefTimer(timer);
    const unlisten = requests.listen((event) => {
      const { kind } = event;
      if (kind === "disconnected" || kind === "closed") end(err({ kind: "lost" }));
      if (kind === "denied" && event.subject === question) {
        end(err({ kind: "forbidden", subject: question }));
      }
    });
    const receive = (msg: WireMessage) => {
      const status = messageStatus(msg);
      if (status === END_OF_BATCH || status === NOT_FOUND) return end(ok(found));
      if (status === NO_RESPONDERS) return end(err({ kind: "no_responders" }));
      if (status !== 0) {
        return end(err({ kind: "refused", code: 0, description: `status ${status}` }));
      }
      const message = readDirectMessage(msg);
      if (message === undefined) return end(err({ kind: "malformed" }));
      found.set(message.subject, message);
      clearTimeout(timer);
      timer = setTimeout(silent, SILENT_MS);
      unrefTimer(timer);
    };
    try {
      subscription = line.subscribe(inbox, {
        callback: (cause, msg) =>
          cause === null ? receive(msg) : end(err({ kind: "forbidden", subject: inbox })),
      });
      const body = JSON.stringify({ multi_last: subjects, batch: subjects.length });
      line.publish(question, body, { reply: inbox });
    } catch {
      // Subjects and size are right, so the connection is closed or about to be.
      end(err({ kind: "closed" }));
    }
  });
}

async function oneByOne(
  api: StreamApi,
  subjects: readonly string[],
  deadline: number,
): Promise<Result<LastMessages, ApiFailure>> {
  const found = new Map<string, StoredMessage>();
  const asked = subjects.map(async (last) => (await api.direct({ last }, deadline)).take());
  for (const message of await Promise.all(asked)) {
    if (isErr(message)) return message;
    if (message !== undefined) found.set(message.subject, message);
  }
  return ok(found);
}
