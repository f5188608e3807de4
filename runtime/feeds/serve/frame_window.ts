import { WINDOW_BYTES, WINDOW_FRAMES } from "../feed_messages.ts";

/** What was sent to a subscriber and is not known to be taken. */
export class FrameWindow {
  readonly #limit: number;
  /** Bytes of each frame from the one after {@link #taken}. */
  #sizes: number[] = [];
  #bytes = 0;
  #sent = 0;
  #taken = 0;

  /** @param limit frames that the subscriber takes at once */
  constructor(limit: number = WINDOW_FRAMES) {
    this.#limit = Math.min(limit, WINDOW_FRAMES);
  }

  /** Sequence of the last frame that was sent. */
  get sent(): number {
    return this.#sent;
  }

  /** True when another frame may be sent. */
  get isOpen(): boolean {
    return this.#sizes.length < this.#limit && this.#bytes < WINDOW_BYTES;
  }

  /** A frame was sent. */
  add(bytes: number): void {
    this.#sent++;
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** All frames up to one were taken. */
  take(upTo: number): void {
    const count = Math.min(upTo, this.#sent) - this.#taken;
    if (count <= 0) return;
    for (const bytes of this.#sizes.splice(0, count)) this.#bytes -= bytes;
    this.#taken += count;
  }
}
