import { MessageEnds } from "./message_ends.ts";
import type { Wire } from "./wire.ts";

const BUFFER_BYTES = 64 * 1024;
/** Above this, copying costs more than a fresh buffer, and handing the buffer over wastes less than half of it. */
const COPY_LIMIT_BYTES = 32 * 1024;
/** More than that is not set aside because a server says that it comes. */
const LARGEST_BYTES = 8 * 1024 * 1024;

/**
 * Reads frames through one reused buffer.
 *
 * The protocol parser hands out messages as views of the frame, so a frame must never be overwritten: small frames
 * are copied out of the buffer, a large one takes the buffer with it and the reader goes on with a new one. A message
 * that would be in many frames is read into one of its own, because the parser copies such a message several times.
 */
export class FrameReader {
  readonly #wire: Wire;
  readonly #ends = new MessageEnds();
  #buffer = new Uint8Array(BUFFER_BYTES);
  /** The frame of a large message, and how much of it has come. */
  #large: { readonly frame: Uint8Array; filled: number } | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The next frame, or null at the end of the stream. Rejects with the error of the wire. */
  async read(): Promise<Uint8Array | null> {
    while (true) {
      if (this.#large !== undefined) return await this.#readLarge(this.#large);
      const count = await this.#wire.read(this.#buffer);
      if (count === null) return null;
      const size = this.#begun(this.#buffer.subarray(0, count));
      if (size === 0) continue;
      if (size <= COPY_LIMIT_BYTES) return this.#buffer.slice(0, size);
      const frame = this.#buffer.subarray(0, size);
      this.#buffer = new Uint8Array(BUFFER_BYTES);
      return frame;
    }
  }

  /** Sets a large message aside with which `bytes` end; answers how many bytes come before it. */
  #begun(bytes: Uint8Array): number {
    const { start, missing } = this.#ends.follow(bytes);
    if (missing <= COPY_LIMIT_BYTES || missing > LARGEST_BYTES) return bytes.length;
    const begin = bytes.subarray(start);
    const frame = new Uint8Array(begin.length + missing);
    frame.set(begin);
    this.#large = { frame, filled: begin.length };
    return start;
  }

  async #readLarge(large: { readonly frame: Uint8Array; filled: number }): Promise<Uint8Array> {
    const { frame } = large;
    while (large.filled < frame.length) {
      const rest = frame.subarray(large.filled);
      const count = await this.#wire.read(rest);
      // What comes after the end of the stream is asked for once more.
      if (count === null) break;
      this.#ends.follow(rest.subarray(0, count));
      large.filled += count;
    }
    this.#large = undefined;
    return frame.subarray(0, large.filled);
  }
}
