import type { Wire } from "./wire.ts";

const PACK_BYTES = 64 * 1024;

/**
 * Sends frames in order with one write at a time.
 *
 * A frame that finds the wire idle is written at once. Frames that arrive while a write is in progress wait, and the
 * next write takes as many of them as fit in one buffer, so a slow peer meets fewer and larger writes.
 */
export class WriteQueue {
  readonly #wire: Wire;
  readonly #failed: (err: unknown) => void;
  #waiting: Uint8Array[] = [];
  #running: Promise<void> | undefined;
  #broken = false;
  #scratch: Uint8Array | undefined;
  #written = 0;

  /** `failed` hears of the first write error; the queue drops everything from there on. */
  constructor(wire: Wire, failed: (err: unknown) => void) {
    this.#wire = wire;
    this.#failed = failed;
  }

  /** How many bytes the wire has taken. */
  get written(): number {
    return this.#written;
  }

  /** Queues a frame; the caller must not change it afterwards. */
  push(frame: Uint8Array): void {
    if (this.#broken || frame.length === 0) return;
    this.#waiting.push(frame);
    this.#running ??= this.#run();
  }

  /** Resolves when everything that was queued has been written or dropped; never rejects. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        await this.#write(batch);
      }
    } catch (err) {
      this.#broken = true;
      this.#waiting = [];
      this.#failed(err);
    } finally {
      this.#running = undefined;
    }
  }

  async #write(batch: readonly Uint8Array[]): Promise<void> {
    let next = 0;
    while (next < batch.length) {
      const end = packEnd(batch, next);
      const first = batch[next];
      // Packing a single frame would only copy it.
      if (first !== undefined) {
        await this.#writeFully(end === next + 1 ? first : this.#pack(batch, next, end));
      }
      next = end;
    }
  }

  /** Writes all of `bytes`, however many partial writes that takes. */
  async #writeFully(bytes: Uint8Array): Promise<void> {
    let left = bytes;
    do {
      const count = await this.#wire.write(left);
      this.#written += count;
      left = left.subarray(count);
    } while (left.length > 0);
  }

  /** Copies `batch[from..to)` into the scratch buffer, which is free again once its write has ended. */
  #pack(batch: readonly Uint8Array[], from: number, to: number): Uint8Array {
    this.#scratch ??= new Uint8Array(PACK_BYTES);
    let size = 0;
    for (const frame of batch.slice(from, to)) {
      this.#scratch.set(frame, size);
      size += frame.length;
    }
    return this.#scratch.subarray(0, size);
  }
}

/** The index after the last frame that fits in one buffer with the frame at `start`; at least `start + 1`. */
function packEnd(batch: readonly Uint8Array[], start: number): number {
  let size = 0;
  let end = start;
  for (; end < batch.length; end++) {
    size += batch[end]?.length ?? 0;
    if (size > PACK_BYTES) break;
  }
  return Math.max(end, start + 1);
}
