import { decodeBase64 } from "../../../contracts/json/base64.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import { headerText, headerValue } from "../headers/received_headers.ts";
import type { WireMessage } from "../link/link.ts";
import type { ApiAnswer } from "./api_answer.ts";

/** A message of a stream. */
export interface StoredMessage {
  readonly subject: string;
  /** Sequence in the stream. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  /** Header block, "" when it has none. */
  readonly headers: string;
  readonly data: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);
const decoder = new TextDecoder();

/** The message in an answer to `STREAM.MSG.GET`; undefined when the answer holds none. */
export function readStoredMessage({ message }: ApiAnswer): StoredMessage | undefined {
  if (!isRecord(message)) return undefined;
  const { subject, seq, time, hdrs, data } = message;
  if (typeof subject !== "string" || typeof seq !== "number" || typeof time !== "string") {
    return undefined;
  }
  return {
    subject,
    sequence: seq,
    // Servers write nanoseconds in as many digits as they need.
    writtenAt: Date.parse(time),
    headers: typeof hdrs === "string" ? decoder.decode(decodeBase64(hdrs)) : "",
    data: typeof data === "string" ? decodeBase64(data) : NO_BYTES,
  };
}

/** The message in an answer to `DIRECT.GET`, which is the message itself; undefined when it is none. */
export function readDirectMessage(msg: WireMessage): StoredMessage | undefined {
  const headers = headerText(msg);
  const subject = headerValue(headers, "Nats-Subject");
  const sequence = Number(headerValue(headers, "Nats-Sequence"));
  if (subject === undefined || !(sequence > 0)) return undefined;
  const writtenAt = Date.parse(headerValue(headers, "Nats-Time-Stamp") ?? "");
  return { subject, sequence, writtenAt, headers, data: msg.data };
}
