import type { NatsConnection } from "@nats-io/nats-core";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { err, type Result } from "../../../contracts/result.ts";
import type { EventPublisher } from "../event_client.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { PublishOptions } from "../event_types.ts";
import type { ExpectedLast } from "../expected_last.ts";
import type { PreparedEvent } from "../prepare_event.ts";
import { eventHeaders, eventLines } from "./event_headers.ts";
import type { Line } from "../../nats/line.ts";
import {
  EXPECTED_SEQUENCE_HEADER,
  EXPECTED_SUBJECT_HEADER,
  NEVER_STORED_LINES,
} from "../../nats/jetstream/publish_headers.ts";
import { SERVER_FEATURES, serverHas } from "../../nats/features/server_features.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { type ApiFailure, lostRace, type PublishAck } from "../../nats/jetstream/api_answer.ts";
import { publishStored } from "../../nats/jetstream/publish_stored.ts";
import { storeEvent } from "./store_event.ts";
import { unstoredEvent } from "./unstored_event.ts";

const DEFAULT_TIMEOUT_MS = 5000;
/** Half of the time in which the server recognises a repeated id; no retry may come later. */
const LONGEST_TIMEOUT_MS = 60_000;

/**
 * Publishes events to JetStream and waits until they are stored. A lost acknowledgement is answered by
 * publishing again with the same id, which the server stores only once.
 */
export class NatsEventPublisher implements EventPublisher {
  readonly #requests: JetStreamRequests;
  readonly #digest: string | undefined;

  /**
   * @param inboxPrefix the `inboxPrefix` of the connection
   * @param digest of the contract under which the publisher runs
   */
  constructor(connection: NatsConnection | Line, inboxPrefix: string, digest?: string) {
    this.#requests = JetStreamRequests.of(connection, inboxPrefix);
    this.#digest = digest;
  }

  /** Publishes one event, and answers its sequence. */
  async publish(
    event: PreparedEvent,
    options: PublishOptions & HandedOver & { readonly expected?: ExpectedLast } = {},
  ): Promise<Result<number, TransportError>> {
    const { expected } = options;
    const { version = "" } = this.#requests.line.info ?? {};
    // An older one would store what it should not. While there is none, the one that comes back is as the one before.
    const isOld = version !== "" && !serverHas(version, "eventExpectations");
    if (expected !== undefined && isOld) {
      return err(unsupported(event.subject, version));
    }
    const condition = expected === undefined ? "" : conditionLines(expected);
    const stored = await storeEvent(
      this.#requests.line,
      options.keep,
      (lines) => this.#store(event, options, condition + lines),
    );
    // Servers look at an expectation first and at ids then: what was stored meanwhile may be this event itself.
    const isRefused = expected !== undefined && stored.isErr() && lostRace(stored.error);
    const before = isRefused ? await this.#store(event, options, NEVER_STORED_LINES) : stored;
    return (before.isOk() ? before : stored).map(({ sequence }) => sequence)
      .mapErr((failure) => unstoredEvent(failure, event.subject));
  }

  #store(
    event: PreparedEvent,
    options: PublishOptions & HandedOver,
    first: string,
  ): Promise<Result<PublishAck, ApiFailure>> {
    const timeoutMs = Math.min(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
    const lines = eventLines(event.metadata, { ...options, digest: this.#digest });
    return publishStored(
      this.#requests,
      {
        subject: event.subject,
        body: new TextEncoder().encode(event.body),
        headers: eventHeaders(
          event.metadata.id,
          EVENT_STREAM,
          first + lines,
        ),
        stream: EVENT_STREAM,
      },
      performance.now() + timeoutMs,
      options.whileDisconnected !== "fail",
    );
  }
}

function conditionLines({ subjects, sequence }: ExpectedLast): string {
  return `${EXPECTED_SEQUENCE_HEADER}: ${sequence}\r\n` +
    `${EXPECTED_SUBJECT_HEADER}: ${subjects}\r\n`;
}

function unsupported(subject: string, version: string): TransportError {
  return new TransportError({
    message: `publishing to ${subject}: the server, NATS ${version}, cannot expect an event`,
    code: "trellis.server.unsupported",
    hint:
      `Run NATS ${SERVER_FEATURES.eventExpectations.since} or later, or publish without "expect".`,
  });
}
