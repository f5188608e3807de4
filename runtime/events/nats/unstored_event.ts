import {
  TransportError,
  type TransportErrorCode,
} from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { apiErrorKind } from "../../nats/jetstream/api_code.ts";
import type { LinkFailure } from "../../nats/jetstream/jetstream_requests.ts";

const PERHAPS = "it may have been stored all the same";
const AGAIN = "Publish a prepared event again: within two minutes it is stored only once.";
const FULL = "Raise the limits of the stream, the NATS account or the server.";

/** What it means that an event has no acknowledgement. */
export function unstoredEvent(failure: LinkFailure, subject: string): TransportError {
  switch (failure.kind) {
    case "down":
      return failed(
        subject,
        "trellis.connection.lost",
        "there is no connection to the server, and nothing was sent",
        "The connection is being restored; try again.",
      );
    case "lost":
      return failed(
        subject,
        "trellis.connection.lost",
        `the connection broke before the event was acknowledged; ${PERHAPS}`,
        AGAIN,
      );
    case "timeout":
      return failed(
        subject,
        "trellis.rpc.timeout",
        `no acknowledgement came in time; ${PERHAPS}`,
        AGAIN,
      );
    case "closed":
      return failed(
        subject,
        "trellis.connection.closed",
        "the connection is closed",
        "Open a new connection.",
      );
    case "no_responders":
      return failed(
        subject,
        "trellis.rpc.unavailable",
        `the stream ${EVENT_STREAM} is not there`,
        "Run trellis dev or trellis start on this server, which make it; JetStream must be on.",
      );
    case "forbidden":
      return failed(
        subject,
        "trellis.permission.denied",
        `this session may not use ${failure.subject}`,
        "Declare the event, or its use, in the contract and have it accepted.",
      );
    case "too_large":
      return failed(
        subject,
        "trellis.rpc.payload_too_large",
        `the event has ${failure.size} bytes, and the server takes ${failure.maximum}`,
        "Publish less, and keep the rest in a KV store.",
      );
  }
}

/** The server refused to store an event, told by the number of the API error alone. */
export function refusedEvent(code: number, description: string, subject: string): TransportError {
  const what = `JetStream refuses the event (${code}: ${description})`;
  const kind = apiErrorKind(code);
  if (kind === "too_large") {
    const hint = "Publish less, or raise the stream's maximum message size.";
    return failed(subject, "trellis.rpc.payload_too_large", what, hint);
  }
  if (kind === "stream_full" || kind === "storage_full") {
    return failed(subject, "trellis.rpc.overloaded", what, FULL);
  }
  const hint = isMomentary(code)
    ? "Try again in a moment."
    : `Check the stream ${EVENT_STREAM}: no other may take its subjects, and it must not be sealed.`;
  return failed(subject, "trellis.rpc.unavailable", what, hint);
}

/** True for refusals that pass by themselves: a leader is being elected, the server is starting. */
export function isMomentary(code: number): boolean {
  return apiErrorKind(code) === "momentary";
}

/** What answered is not the stream. */
export function malformedAcknowledgement(subject: string): TransportError {
  return failed(
    subject,
    "trellis.rpc.malformed_reply",
    `the answer is no acknowledgement of ${EVENT_STREAM}; ${PERHAPS}`,
    "Check who else answers messages on this subject.",
  );
}

function failed(
  subject: string,
  code: TransportErrorCode,
  what: string,
  hint: string,
): TransportError {
  return new TransportError({ message: `publishing to ${subject}: ${what}`, code, hint });
}
