import type { Msg } from "@nats-io/nats-core";

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
}

/** Reads what one consumer delivers. */
export class MessageReader {
  /** What an acknowledgement subject has before its numbers. */
  readonly #origin: string;

  /** @param consumer of the stream, by name */
  constructor(stream: string, consumer: string) {
    this.#origin = `.${stream}.${consumer}.`;
  }

  /** The message; undefined when it did not come from the consumer. */
  read(msg: Msg): ScannedMessage | undefined {
    // `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<consumer sequence>.<time>.<pending>`; a
    // domain and an account may stand before the stream, a token may follow.
    const reply = msg.reply ?? "";
    const at = reply.indexOf(this.#origin);
    if (at < 0 || !reply.startsWith("$JS.ACK.")) return undefined;
    const [, sequence, , time = "", pending] = reply.slice(at + this.#origin.length).split(".");
    const { headers, data } = msg;
    const size = headers?.get("Nats-Msg-Size");
    const operation = headers?.get("KV-Operation");
    return {
      subject: msg.subject,
      sequence: Number(sequence),
      // Nanoseconds: more digits than a number holds.
      writtenAt: Number(time.slice(0, -6)),
      pending: Number(pending),
      marker: operation === "DEL" || operation === "PURGE" ||
        headers?.has("Nats-Marker-Reason") === true,
      bytes: size ? Number(size) : data.length,
      data,
    };
  }
}
