import type { NatsConnection } from "@nats-io/nats-core";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { EventPublisher } from "../event_client.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { PublishOptions } from "../event_types.ts";
import type { PreparedEvent } from "../prepare_event.ts";
import { eventHeaders } from "./event_headers.ts";
import { Backoff } from "../../nats/backoff.ts";
import {
  type ApiFailure,
  isMomentary,
  isUncertain,
  readPublishAck,
} from "../../nats/jetstream/api_answer.ts";
import type { Line } from "../../nats/line.ts";
import { untilUp } from "../../nats/until_up.ts";
import { JetStreamRequests, type RequestAnswer } from "../../nats/jetstream/jetstream_requests.ts";
import { unstoredEvent } from "./unstored_event.ts";

const DEFAULT_TIMEOUT_MS = 5000;
/** Half of the time in which the server recognises a repeated id; no retry may come later. */
const LONGEST_TIMEOUT_MS = 60_000;
/** How long one attempt waits for its acknowledgement, in milliseconds. */
const ATTEMPT_MS = 2000;

/**
 * Publishes events to JetStream and waits until they are stored. A lost acknowledgement is answered by
 * publishing again with the same id, which the server stores only once.
 */
export class NatsEventPublisher implements EventPublisher {
  readonly #requests: JetStreamRequests;

  /** @param inboxPrefix the `inboxPrefix` of the connection */
  constructor(connection: NatsConnection | Line, inboxPrefix: string) {
    this.#requests = JetStreamRequests.of(connection, inboxPrefix);
  }

  /** Publishes one event. */
  async publish(
    event: PreparedEvent,
    options: PublishOptions & HandedOver = {},
  ): Promise<Result<void, TransportError>> {
    const timeoutMs = Math.min(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
    const deadline = performance.now() + timeoutMs;
    const body = new TextEncoder().encode(event.body);
    const headers = eventHeaders(
      event.metadata,
      EVENT_STREAM,
      options.traceparent,
      options.span,
    );
    const backoff = new Backoff(deadline);
    const { line } = this.#requests;
    const waits = options.whileDisconnected !== "fail";
    let uncertain: ApiFailure | undefined;
    for (;;) {
      const isUp = line.up || line.isClosed() || (waits && await untilUp(line, deadline));
      // What was sent before the connection went may have been stored.
      if (!isUp) return err(unstoredEvent(uncertain ?? { kind: "down" }, event.subject));
      const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
      const answer = await this.#requests.request(event.subject, body, attempt, headers);
      const failure = failureOf(answer);
      if (failure === undefined) return ok();
      // It went at this moment.
      if (failure.kind === "down") continue;
      const again = isMomentary(failure) && await backoff.pause();
      if (!again) return err(unstoredEvent(failure, event.subject));
      if (isUncertain(failure)) uncertain = failure;
    }
  }
}

function failureOf(answer: RequestAnswer): ApiFailure | undefined {
  const ack = readPublishAck(answer);
  if (ack.isErr()) return ack.error;
  // Anyone may subscribe to an event and answer it; only the stream's own word counts.
  return ack.orThrow().stream === EVENT_STREAM ? undefined : { kind: "malformed" };
}
