import type { NatsConnection } from "@nats-io/transport-deno";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { EventPublisher } from "../event_client.ts";
import type { PublishOptions } from "../event_types.ts";
import type { PreparedEvent } from "../prepare_event.ts";
import { eventHeaders } from "./event_headers.ts";
import {
  isMomentary,
  malformedAcknowledgement,
  refusedEvent,
  unstoredEvent,
} from "./unstored_event.ts";
import { JetStreamRequests, type LinkAnswer } from "../../nats/jetstream/jetstream_requests.ts";
import { pause, problemOf } from "../../kv/nats/bucket_stream.ts";

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
  readonly #link: JetStreamRequests;

  /** @param inboxPrefix the `inboxPrefix` of the connection */
  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#link = JetStreamRequests.of(connection, inboxPrefix);
  }

  /** Publishes one event. */
  async publish(
    event: PreparedEvent,
    options: PublishOptions = {},
  ): Promise<Result<void, TransportError>> {
    const timeoutMs = Math.min(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
    const deadline = performance.now() + timeoutMs;
    const body = new TextEncoder().encode(event.body);
    const headers = eventHeaders(event.metadata, EVENT_STREAM, options.traceparent);
    for (;;) {
      const attempt = Math.min(deadline, performance.now() + ATTEMPT_MS);
      const answer = await this.#link.request(event.subject, body, attempt, headers);
      const outcome = outcomeOf(answer, event.subject);
      if (!outcome.again || performance.now() >= deadline) return outcome.result;
      if (outcome.again === "later") await pause(deadline);
    }
  }
}

interface Outcome {
  readonly result: Result<void, TransportError>;
  /** Whether to publish again, and when. */
  readonly again: "now" | "later" | undefined;
}

function outcomeOf(answer: LinkAnswer, subject: string): Outcome {
  switch (answer.kind) {
    case "answer":
      return acknowledged(parse(answer.msg.string()), subject);
    case "lost":
    case "timeout":
      return { result: err(unstoredEvent(answer, subject)), again: "now" };
    case "no_responders":
      return { result: err(unstoredEvent(answer, subject)), again: "later" };
    default:
      return { result: err(unstoredEvent(answer, subject)), again: undefined };
  }
}

function acknowledged(answer: unknown, subject: string): Outcome {
  const problem = problemOf(answer);
  if (problem !== undefined) {
    const result = err(refusedEvent(problem.code, problem.description, subject));
    return { result, again: isMomentary(problem.code) ? "later" : undefined };
  }
  // Anybody may subscribe to an event and answer it; only the stream's own word counts.
  const stored = isRecord(answer) && answer.stream === EVENT_STREAM &&
    typeof answer.seq === "number";
  return { result: stored ? ok() : err(malformedAcknowledgement(subject)), again: undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
