import { EncodedHeaders } from "../headers/prepared_headers.ts";
import { untilUp } from "../until_up.ts";
import type { JetStreamRequests, RequestAnswer } from "./jetstream_requests.ts";

/** A message as it is sent. */
export interface OutgoingMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Empty: none. */
  readonly headers: Uint8Array;
}

/**
 * A request of messages that belong together: all are sent at once, over one connection and in their order, and the answer
 * to the last one counts. Never rejects.
 *
 * @param deadline of `performance.now()`
 */
export async function requestTogether(
  requests: JetStreamRequests,
  messages: readonly OutgoingMessage[],
  deadline: number,
): Promise<RequestAnswer> {
  const { line } = requests;
  if (!line.up && !await untilUp(line, deadline)) {
    return { kind: line.isClosed() ? "closed" : "down" };
  }
  const maximum = line.info?.max_payload ?? Infinity;
  const size = messages.reduce((most, { payload, headers }) => {
    return Math.max(most, payload.length + headers.length);
  }, 0);
  if (size > maximum) return { kind: "too_large", size, maximum };
  const last = messages.at(-1);
  if (last === undefined) throw new RangeError("there is no message to send");
  try {
    for (let i = 0; i < messages.length - 1; i++) {
      const { subject, payload, headers: bytes } = messages[i]!;
      const headers = bytes.length === 0 ? undefined : new EncodedHeaders();
      if (headers !== undefined) headers.bytes = bytes;
      line.publish(subject, payload, { headers });
    }
  } catch {
    // Nothing was stored: what was to come last says that all of it has come.
    return { kind: "closed" };
  }
  const headers = last.headers.length === 0 ? undefined : last.headers;
  return await requests.request(last.subject, last.payload, deadline, headers);
}
