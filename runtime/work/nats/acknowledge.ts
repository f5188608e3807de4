import { Backoff } from "../../nats/backoff.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { requestTogether } from "../../nats/jetstream/request_together.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import { untilUp } from "../../nats/until_up.ts";

/** How long one attempt waits until the server says that it knows, in milliseconds. */
const ATTEMPT_MS = 2000;

/** It is handled. Bytes, because one is sent for each message. */
export const ACK: Uint8Array = new TextEncoder().encode("+ACK");
/** It is never delivered again. */
export const TERM: Uint8Array = new TextEncoder().encode("+TERM");

/** It is delivered again after a time. */
export function nak(afterMs: number): Uint8Array {
  const delay = Math.max(1, Math.round(afterMs)) * NANOS_PER_MS;
  return new TextEncoder().encode(`-NAK {"delay":${delay}}`);
}

const NO_HEADERS = new Uint8Array();

/**
 * Says what becomes of deliveries of one consumer until the server has answered that it knows; saying it twice
 * does no harm. It takes them in their order, so that its answer to the last is one to all.
 * False when that is not known by the deadline (of `performance.now()`): it may be delivered again.
 */
export async function acknowledge(
  requests: JetStreamRequests,
  ackSubjects: readonly string[],
  word: Uint8Array,
  deadline: number,
): Promise<boolean> {
  const words = ackSubjects.map((subject) => ({ subject, payload: word, headers: NO_HEADERS }));
  const backoff = new Backoff(deadline);
  for (;;) {
    const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
    const { kind } = await requestTogether(requests, words, attempt);
    if (kind === "answer") return true;
    if (kind === "closed" || kind === "forbidden" || kind === "too_large") return false;
    if (!requests.up && !await untilUp(requests.line, deadline)) return false;
    if (!await backoff.pause()) return false;
  }
}

/** Says that a delivery is still in work. */
export function sayWorking({ line }: JetStreamRequests, ackSubject: string): void {
  if (line.up && !line.isClosed()) line.publish(ackSubject, "+WPI");
}
