import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EncodedHeaders, failureHeaderText } from "../../nats/headers/prepared_headers.ts";
import { isLibraryError } from "../../nats/library_error.ts";
import type { Line } from "../../nats/line.ts";
import { Utf8Slab } from "../../nats/utf8/utf8_slab.ts";

/**
 * Publishes answers. One that can no longer be delivered, because the connection is closed or down,
 * is dropped: its caller has lost the connection too, or sees a timeout.
 */
export class ReplyPublisher {
  static readonly #known = new WeakMap<Line, ReplyPublisher>();
  readonly #line: Line;
  readonly #slab = new Utf8Slab();
  readonly #headers = new EncodedHeaders();

  private constructor(line: Line) {
    this.#line = line;
  }

  /** The one for the requests that come over a line. */
  static of(line: Line): ReplyPublisher {
    const known = this.#known.get(line) ?? new ReplyPublisher(line);
    this.#known.set(line, known);
    return known;
  }

  /** Publishes a success; one over the server's limit becomes a failure. */
  reply(to: string, subject: string, text: string): void {
    const data = this.#slab.encode(text);
    if (data.length > this.#maxPayload()) return this.#failTooLarge(to, subject, data.length);
    this.#publish(to, data, undefined);
  }

  /** Publishes a failure with its headers; one over the server's limit becomes a smaller one. */
  fail(to: string, subject: string, text: string, code: number, description: string): void {
    const data = this.#slab.encode(text);
    const headers = this.#slab.encode(failureHeaderText(code, description));
    const size = data.length + headers.length;
    if (size > this.#maxPayload()) return this.#failTooLarge(to, subject, size);
    this.#headers.bytes = headers;
    this.#publish(to, data, this.#headers);
  }

  #failTooLarge(to: string, subject: string, size: number): void {
    const error = new TransportError({
      message: `the answer to ${subject} has ${size} bytes; the server takes ${this.#maxPayload()}`,
      code: "trellis.rpc.payload_too_large",
      hint: "Ask for less, page through it, or let the service answer through a store.",
    });
    this.#headers.bytes = this.#slab.encode(failureHeaderText(500, "answer too large"));
    this.#publish(to, this.#slab.encode(JSON.stringify(error)), this.#headers);
  }

  #publish(reply: string, data: Uint8Array, headers: EncodedHeaders | undefined): void {
    try {
      this.#line.publish(reply, data, headers && { headers });
    } catch (cause) {
      if (!isLibraryError(cause, "ClosedConnectionError", "DrainingConnectionError")) throw cause;
    }
  }

  #maxPayload(): number {
    return this.#line.info?.max_payload ?? Infinity;
  }
}
