import type { Msg } from "@nats-io/nats-core";
import { headerText, headerValue } from "../../../runtime/nats/headers/received_headers.ts";
import { ackOrigin, parseAckSubject } from "../../../runtime/nats/jetstream/ack_subject.ts";
import { isDeletionMarker } from "../../../runtime/nats/jetstream/deletion_marker.ts";

/** A message of a stream, as a pass comes across it. */
export interface ScannedMessage {
  readonly subject: string;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  /** Messages that follow, as far as the server knew when it sent this one. */
  readonly pending: number;
  /** True for the marker of a deletion in a bucket. */
  readonly marker: boolean;
  /** Size of the data, also when it was left out. */
  readonly bytes: number;
  /** Empty when it was left out. */
  readonly data: Uint8Array;
  /** The value of a header; undefined when it has none of that name. */
  readonly header: (name: string) => string | undefined;
}

/** Reads what one consumer delivers. */
export class MessageReader {
  readonly #origin: string;

  /** @param consumer of the stream, by name */
  constructor(stream: string, consumer: string) {
    this.#origin = ackOrigin(stream, consumer);
  }

  /** The message; undefined when it did not come from the consumer. */
  read(msg: Msg): ScannedMessage | undefined {
    const numbers = parseAckSubject(msg.reply, this.#origin);
    if (numbers === undefined) return undefined;
    const { sequence, writtenAt, pending } = numbers;
    const { subject, data } = msg;
    // Of most messages little is asked: the library's map of headers costs several times as much as all else.
    const text = headerText(msg);
    const header = (name: string) => headerValue(text, name) || undefined;
    const size = header("Nats-Msg-Size");
    return {
      subject,
      sequence,
      writtenAt,
      pending,
      marker: isDeletionMarker(header),
      bytes: size ? Number(size) : data.length,
      data,
      header,
    };
  }
}
