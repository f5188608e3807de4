import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { isErr, type Result } from "../../contracts/result.ts";
import { Backoff } from "../nats/backoff.ts";
import { doneWithin } from "../nats/done_within.ts";
import { isRetryable } from "./is_retryable.ts";
import { leavesOpen } from "./leaves_open.ts";
import type { Reply, RequestOptions } from "./messaging.ts";
import type { RequestSender } from "./rpc_caller.ts";

type Answer = Result<Reply, TransportError>;

/** A request whose answer takes longer than this, or half of its time, is sent again; in milliseconds. */
const SLOW_MS = 1000;
/** The longest pause before a request is sent again that has failed, in milliseconds. */
const LONGEST_PAUSE_MS = 200;

/**
 * Sends requests that their service knows by their ids, and carries out once however often they come: one
 * whose answer is late or lost, or leaves it open, is sent again within its time, and the first answer counts. That one
 * process cannot do it now says nothing of what another has done before. Where what happened cannot be learned, the
 * error is that of a request which left it open.
 */
export function untilAnswered(sender: RequestSender): RequestSender {
  return {
    caller: sender.caller,
    record: sender.record,
    request: (subject, body, options) =>
      new RepeatedRequest(
        (timeoutMs) => sender.request(subject, body, { ...options, timeoutMs }),
        options,
      ).answer(false),
  };
}

/** One request, sent as often as is needed. */
class RepeatedRequest {
  readonly #send: (timeoutMs: number) => Promise<Answer>;
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number;
  readonly #slowMs: number;
  readonly #backoff: Backoff;

  constructor(
    send: (timeoutMs: number) => Promise<Answer>,
    { timeoutMs, signal }: RequestOptions,
  ) {
    this.#send = send;
    this.#signal = signal;
    this.#deadline = performance.now() + timeoutMs;
    this.#slowMs = Math.min(SLOW_MS, timeoutMs / 2);
    this.#backoff = new Backoff(this.#deadline, LONGEST_PAUSE_MS);
  }

  /** Sends it, and again while it is not known what happened. @param isOpen whether an earlier one may have arrived */
  async answer(isOpen: boolean): Promise<Answer> {
    const left = Math.max(1, this.#deadline - performance.now());
    const sent = this.#send(left);
    if (left <= this.#slowMs || await doneWithin(sent, this.#slowMs)) {
      const answer = await sent;
      if (!isPassing(answer) || !(isOpen || isUnknown(answer))) return answer;
    }
    if (!await this.#backoff.pause(this.#signal)) return await sent;
    const again = this.answer(true);
    // The first that says what has happened, else one that cannot.
    return await Promise.race([
      sent.then(async (answer) => tells(answer) ? answer : leastKnown(answer, await again)),
      again.then(async (answer) => tells(answer) ? answer : leastKnown(await sent, answer)),
    ]);
  }
}

/** Of two answers after which it may have happened or not the one that says so. */
function leastKnown(first: Answer, next: Answer): Answer {
  return tells(next) || isUnknown(next) && !isUnknown(first) ? next : first;
}

/** Whether an answer says what has become of the request, however often it was sent. */
function tells(answer: Answer): boolean {
  return answer.isOk() && !isPassing(answer);
}

/** Whether it may have happened, by whoever answers or by the way to them. */
function isUnknown(answer: Answer): boolean {
  const reply = answer.take();
  return isErr(reply) ? reply.error.isOutcomeUnknown : leavesOpen(errorIn(reply));
}

/** Whether whoever answers, or the way to them, cannot do it now. */
function isPassing(answer: Answer): boolean {
  const reply = answer.take();
  if (isErr(reply)) return reply.error.retryable;
  const error = errorIn(reply);
  return leavesOpen(error) || isRetryable(error);
}

function errorIn({ isError, text }: Reply): Readonly<Record<string, unknown>> {
  const error = isError ? readJson(text) : undefined;
  return isRecord(error) ? error : {};
}
