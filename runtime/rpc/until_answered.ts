import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import { Backoff } from "../nats/backoff.ts";
import type { Reply, RequestOptions } from "./messaging.ts";
import type { RequestSender } from "./rpc_caller.ts";

type Answer = Result<Reply, TransportError>;

/** The longest pause before a request is sent again, in milliseconds. */
const LONGEST_PAUSE_MS = 200;

/**
 * Sends requests that their service knows by their ids, and carries out once however often they come: one
 * whose answer is lost is sent again within its time, to learn what happened. Where that cannot be learned,
 * the error is the one that left it open.
 */
export function untilAnswered(sender: RequestSender): RequestSender {
  return {
    caller: sender.caller,
    request: (subject, body, options) =>
      requestUntilAnswered(
        (timeoutMs) => sender.request(subject, body, { ...options, timeoutMs }),
        options,
      ),
  };
}

/** Sends one request, and waits for so many milliseconds. */
type Send = (timeoutMs: number) => Promise<Answer>;

async function requestUntilAnswered(
  send: Send,
  { timeoutMs, signal }: RequestOptions,
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  const backoff = new Backoff(deadline, LONGEST_PAUSE_MS);
  let open: Answer | undefined;
  for (;;) {
    const answer = await sendAgainWhenSlow(send, deadline);
    if (!answer.isErr()) return answer;
    const { isOutcomeUnknown, retryable } = answer.error;
    if (isOutcomeUnknown) open ??= answer;
    if (open === undefined) return answer;
    if (!retryable || !await backoff.pause(signal)) return open;
  }
}

/** Sends a request again after half of its time, and goes on waiting for the answer to the first. */
async function sendAgainWhenSlow(send: Send, deadline: number): Promise<Answer> {
  const left = () => Math.max(1, deadline - performance.now());
  const first = send(left());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slow = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), left() / 2);
  });
  const soon = await Promise.race([first, slow]);
  clearTimeout(timer);
  if (soon !== undefined) return soon;
  const second = send(left());
  return await Promise.race([
    first.then((answer) => answer.isOk() ? answer : second),
    second.then((answer) => answer.isOk() ? answer : first),
  ]);
}
