import type { NatsConnection } from "@nats-io/nats-core";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import type { Result } from "../../../contracts/result.ts";
import type { EventPublisher } from "../event_client.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { PublishOptions } from "../event_types.ts";
import type { PreparedEvent } from "../prepare_event.ts";
import { eventHeaders, eventLines } from "./event_headers.ts";
import type { Line } from "../../nats/line.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { ApiFailure, PublishAck } from "../../nats/jetstream/api_answer.ts";
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
    options: PublishOptions & HandedOver = {},
  ): Promise<Result<number, TransportError>> {
    const stored = await storeEvent(
      this.#requests.line,
      options.keep,
      (lines) => this.#store(event, options, lines),
    );
    return stored.map(({ sequence }) => sequence)
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
