import {
  TransportError,
  type TransportErrorCode,
} from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { apiErrorKind } from "../../nats/jetstream/api_code.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";

const PERHAPS = "it may have been stored all the same";
const FULL = "Raise the limits of the stream, the NATS account or the server.";

/** What was to be stored, in words. */
export interface UnstoredMessage {
  readonly subject: string;
  /** As `the event`. */
  readonly what: string;
  readonly stream: string;
  /** What to do when it may have been stored. */
  readonly again: string;
  /** What to do when it is not allowed. */
  readonly declare: string;
}

/** What it means that an event has no acknowledgement. */
export function unstoredEvent(failure: ApiFailure, subject: string): TransportError {
  return unstoredMessage(failure, {
    subject,
    what: "the event",
    stream: EVENT_STREAM,
    again: "Publish a prepared event again: within two minutes it is stored only once.",
    declare: "Declare the event, or its use, in the contract and have it accepted.",
  });
}

/** What it means that a message has no acknowledgement. */
export function unstoredMessage(failure: ApiFailure, message: UnstoredMessage): TransportError {
  const { subject, what, stream, again, declare } = message;
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
        `the connection broke before ${what} was acknowledged; ${PERHAPS}`,
        again,
        true,
      );
    case "timeout":
      return failed(
        subject,
        "trellis.rpc.timeout",
        `no acknowledgement came in time; ${PERHAPS}`,
        again,
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
        `the stream ${stream} is not there, or has no leader at the moment`,
        "Try again in a moment. trellis dev and trellis start make it; JetStream must be on.",
      );
    case "forbidden":
      return failed(
        subject,
        "trellis.permission.denied",
        `this session may not use ${failure.subject}`,
        declare,
      );
    case "too_large":
      return failed(
        subject,
        "trellis.rpc.payload_too_large",
        `${what} has ${failure.size} bytes, and the server takes ${failure.maximum}`,
        "Send less, and keep the rest in a KV store.",
      );
    case "malformed":
      return failed(
        subject,
        "trellis.rpc.malformed_reply",
        `the answer is no acknowledgement of ${stream}; ${PERHAPS}`,
        "Check who else answers messages on this subject.",
        true,
      );
    case "refused":
      return refusedMessage(failure.code, failure.description, message);
  }
}

/** The server refused to store it; recognised by the number of the API error alone. */
function refusedMessage(
  code: number,
  description: string,
  { subject, what: refused, stream }: UnstoredMessage,
): TransportError {
  const what = `JetStream refuses ${refused} (${code}: ${description})`;
  switch (apiErrorKind(code)) {
    case "too_large": {
      const hint = "Send less, or raise the stream's maximum message size.";
      return failed(subject, "trellis.rpc.payload_too_large", what, hint);
    }
    case "stream_full":
    case "storage_full":
      return failed(subject, "trellis.rpc.overloaded", what, FULL);
    case "lost_race": {
      const hint = "Read how things are now, and decide again.";
      const faster = `another event was stored where ${refused} expected none (${code})`;
      return failed(subject, "trellis.event.conflict", faster, hint);
    }
    case "momentary":
      return failed(subject, "trellis.rpc.unavailable", what, "Try again in a moment.");
    default: {
      const hint = `Check the stream ${stream}: no other may take its subjects, and it ` +
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
