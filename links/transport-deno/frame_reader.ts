import type { Wire } from "./wire.ts";

const BUFFER_BYTES = 64 * 1024;
/** Above this, copying costs more than a fresh buffer, and handing the buffer over wastes less than half of it. */
const COPY_LIMIT_BYTES = 32 * 1024;

/**
 * Reads frames through one reused buffer.
 *
 * The protocol parser hands out messages as views of the frame, so a frame must never be overwritten: small frames
 * are copied out of the buffer, a large one takes the buffer with it and the reader goes on with a new one.
 */
export class FrameReader {
  readonly #wire: Wire;
  #buffer = new Uint8Array(BUFFER_BYTES);

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The next frame, or null at the end of the stream. Rejects with the error of the wire. */
  async read(): Promise<Uint8Array | null> {
    while (true) {
      const count = await this.#wire.read(this.#buffer);
      if (count === null) return null;
      if (count === 0) continue;
      if (count <= COPY_LIMIT_BYTES) return this.#buffer.slice(0, count);
      const frame = this.#buffer.subarray(0, count);
      this.#buffer = new Uint8Array(BUFFER_BYTES);
      return frame;
    }
  }
}
