import {
  TransportError,
  type TransportErrorCode,
} from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { apiErrorKind } from "../../nats/jetstream/api_code.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";

const PERHAPS = "it may have been stored all the same";
const AGAIN = "Publish a prepared event again: within two minutes it is stored only once.";
const FULL = "Raise the limits of the stream, the NATS account or the server.";

/** What it means that an event has no acknowledgement. */
export function unstoredEvent(failure: ApiFailure, subject: string): TransportError {
  switch (failure.kind) {
    case "down":
      return failed(
        subject,
        "trellis.connection.down",
        "there is no connection to the server, and nothing was sent",
        "The connection is being restored; try again.",
      );
    case "lost":
      return failed(
        subject,
        "trellis.connection.lost",
        `the connection broke before the event was acknowledged; ${PERHAPS}`,
        AGAIN,
        true,
      );
    case "timeout":
      return failed(
        subject,
        "trellis.rpc.timeout",
        `no acknowledgement came in time; ${PERHAPS}`,
        AGAIN,
        true,
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
    case "malformed":
      return failed(
        subject,
        "trellis.rpc.malformed_reply",
        `the answer is no acknowledgement of ${EVENT_STREAM}; ${PERHAPS}`,
        "Check who else answers messages on this subject.",
        true,
      );
    case "refused":
      return refusedEvent(failure.code, failure.description, subject);
  }
}

/** The server refused to store an event; recognised by the number of the API error alone. */
function refusedEvent(code: number, description: string, subject: string): TransportError {
  const what = `JetStream refuses the event (${code}: ${description})`;
  switch (apiErrorKind(code)) {
    case "too_large": {
      const hint = "Publish less, or raise the stream's maximum message size.";
      return failed(subject, "trellis.rpc.payload_too_large", what, hint);
    }
    case "stream_full":
    case "storage_full":
      return failed(subject, "trellis.rpc.overloaded", what, FULL);
    case "momentary":
      return failed(subject, "trellis.rpc.unavailable", what, "Try again in a moment.");
    default: {
      const hint = `Check the stream ${EVENT_STREAM}: no other may take its subjects, and it ` +
        "must not be sealed.";
      return failed(subject, "trellis.rpc.unavailable", what, hint);
    }
  }
}

function failed(
  subject: string,
  code: TransportErrorCode,
  what: string,
  hint: string,
  isOutcomeUnknown = false,
): TransportError {
  const message = `publishing to ${subject}: ${what}`;
  return new TransportError({ message, code, hint, isOutcomeUnknown });
}
