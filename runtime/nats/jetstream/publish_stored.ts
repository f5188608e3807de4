import { err, ok, type Result } from "../../../contracts/result.ts";
import { Backoff } from "../backoff.ts";
import { untilUp } from "../until_up.ts";
import { type ApiFailure, lostRace, type PublishAck, readPublishAck } from "./api_answer.ts";
import { failureRule } from "./failure_rule.ts";
import type { JetStreamRequests } from "./jetstream_requests.ts";

/** How long one attempt waits for its acknowledgement, in milliseconds. */
const ATTEMPT_MS = 2000;

/** A message that a stream is to store. */
export interface MessageToStore {
  readonly subject: string;
  readonly body: Uint8Array;
  /** The whole header block. With a message id in it, it is stored once however often it is sent. */
  readonly headers: Uint8Array;
  /** The stream that must acknowledge it: anyone may subscribe to a subject and answer. */
  readonly stream: string;
}

/**
 * Publishes a message until it is stored or the deadline (of `performance.now()`) passes. A lost
 * acknowledgement is answered by publishing again. What may have been stored by any attempt is reported as that.
 *
 * @param waits whether it waits for a connection while there is none
 */
export async function publishStored(
  requests: JetStreamRequests,
  { subject, body, headers, stream }: MessageToStore,
  deadline: number,
  waits = true,
): Promise<Result<PublishAck, ApiFailure>> {
  const backoff = new Backoff(deadline);
  const { line } = requests;
  let uncertain: ApiFailure | undefined;
  for (;;) {
    const isUp = line.up || line.isClosed() || (waits && await untilUp(line, deadline));
    // What was sent before the connection went may have been stored.
    if (!isUp) return err(uncertain ?? { kind: "down" });
    const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
    const ack = readPublishAck(await requests.request(subject, body, attempt, headers));
    if (ack.isOk() && ack.value.stream === stream) return ok(ack.value);
    const failure: ApiFailure = ack.isErr() ? ack.error : { kind: "malformed" };
    const { happened, passes } = failureRule(failure);
    if (happened === "open") uncertain = failure;
    // Its condition was not met, which an earlier attempt of its own would not have met either.
    if (lostRace(failure)) return err(failure);
    if (!passes || !await backoff.pause()) return err(uncertain ?? failure);
  }
}
