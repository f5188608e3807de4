import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { Backoff } from "../backoff.ts";
import { type ApiAnswer, type ApiFailure, readApiAnswer } from "./api_answer.ts";
import { API_CODE } from "./api_code.ts";
import { failureRule } from "./failure_rule.ts";
import type { JetStreamRequests } from "./jetstream_requests.ts";
import { messageStatus } from "../headers/received_headers.ts";
import { readDirectMessage, readStoredMessage, type StoredMessage } from "./stored_message.ts";
import { readStreamInfo, type StreamInfo } from "./stream_info.ts";

/** How long one request may wait before it is repeated, in milliseconds. */
const ATTEMPT_MS = 2000;
/** The status of a direct answer that holds no message. */
const NOT_FOUND = 404;

/** One position to read a message at. */
export type MessageQuery =
  /** The newest message of a subject. */
  | { readonly last: string }
  /** The first message of a subject from a sequence on. */
  | { readonly next: string; readonly from: number }
  /** Whatever has a sequence. */
  | { readonly at: number };

/**
 * The questions that a stream is asked. They have no effects, so they are repeated over
 * reconnections and elections until their deadline (of `performance.now()`).
 */
export class StreamApi {
  /** Name of the stream. */
  readonly name: string;
  /** Where requests go. */
  readonly requests: JetStreamRequests;

  /** @param name of the stream */
  constructor(requests: JetStreamRequests, name: string) {
    this.requests = requests;
    this.name = name;
  }

  /** One message, read from the leader; undefined when there is none. */
  async message(
    query: MessageQuery,
    deadline: number,
  ): Promise<Result<StoredMessage | undefined, ApiFailure>> {
    const subject = `$JS.API.STREAM.MSG.GET.${this.name}`;
    const answer = (await this.ask(subject, queryBody(query), deadline)).take();
    if (isErr(answer)) {
      const { error } = answer;
      const none = error.kind === "refused" && error.code === API_CODE.noMessage;
      return none ? ok(undefined) : answer;
    }
    return orMalformed(readStoredMessage(answer));
  }

  /**
   * The same, read from whichever replica answers first, and without a second copy of the bytes: what was stored a moment
   * ago may be missing.
   */
  async direct(
    query: MessageQuery,
    deadline: number,
  ): Promise<Result<StoredMessage | undefined, ApiFailure>> {
    const backoff = new Backoff(deadline);
    const body = queryBody(query);
    for (;;) {
      const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
      const answer = await this.requests.request(`$JS.API.DIRECT.GET.${this.name}`, body, attempt);
      if (answer.kind === "answer") {
        const status = messageStatus(answer.msg);
        if (status === NOT_FOUND) return ok(undefined);
        if (status === 0) return orMalformed(readDirectMessage(answer.msg));
        return err({ kind: "refused", code: 0, description: `status ${status}` });
      }
      if (!failureRule(answer).passes || !await backoff.pause()) return err(answer);
    }
  }

  /** Removes all messages of the subjects that a filter stands for. */
  async purge(filter: string, deadline: number): Promise<Result<void, ApiFailure>> {
    const purged = await this.ask(
      `$JS.API.STREAM.PURGE.${this.name}`,
      JSON.stringify({ filter }),
      deadline,
    );
    return purged.map(() => {});
  }

  /** The stream's state; with a filter, also the subjects that pass it, in no order. */
  async info(
    deadline: number,
    filter?: string,
    offset: number = 0,
  ): Promise<Result<StreamInfo, ApiFailure>> {
    const body = filter === undefined ? "" : JSON.stringify({ subjects_filter: filter, offset });
    const answer = await this.ask(`$JS.API.STREAM.INFO.${this.name}`, body, deadline);
    return answer.andThen((found) => orMalformed(readStreamInfo(found)));
  }

  /** Asks a question without effects until it is answered or the deadline passes. */
  async ask(
    subject: string,
    body: string,
    deadline: number,
  ): Promise<Result<ApiAnswer, ApiFailure>> {
    const backoff = new Backoff(deadline);
    for (;;) {
      const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
      const answer = readApiAnswer(await this.requests.request(subject, body, attempt));
      if (!answer.isErr() || !failureRule(answer.error).passes) return answer;
      if (!await backoff.pause()) return answer;
    }
  }
}

function queryBody(query: MessageQuery): string {
  if ("last" in query) return JSON.stringify({ last_by_subj: query.last });
  if ("at" in query) return JSON.stringify({ seq: query.at });
  return JSON.stringify({ seq: query.from, next_by_subj: query.next });
}

function orMalformed<T>(value: T | undefined): Result<T, ApiFailure> {
  return value === undefined ? err({ kind: "malformed" }) : ok(value);
}
