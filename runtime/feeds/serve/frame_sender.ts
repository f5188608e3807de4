import { joinFrames } from "../frame.ts";
import { Turns } from "./turns.ts";

/** Bytes after which frames wait for no others. */
const MOST_READY_BYTES = 64 * 1024;

/** For all feeds of a process. */
const turns = new Turns();

/**
 * Sends the first frame of a turn at once, and those that are ready behind it as one message: that costs both sides
 * little more than one frame does.
 */
export class FrameSender {
  readonly #send: (message: Uint8Array) => void;
  readonly #maxPayload: () => number;
  /** The turn in which a frame was sent last. */
  #turn = 0;
  #ready: Uint8Array[] = [];
  /** The size of their message. */
  #readyBytes = 0;

  /** @param maxPayload largest message that the server takes, in bytes */
  constructor(send: (message: Uint8Array) => void, maxPayload: () => number) {
    this.#send = send;
    this.#maxPayload = maxPayload;
  }

  /** Sends a frame that the server takes, by the end of this turn. */
  add(frame: Uint8Array): void {
    const turn = turns.current;
    if (this.#turn !== turn) {
      this.#turn = turn;
      return this.#send(frame);
    }
    const size = frame.length + 2;
    if (this.#readyBytes + size > Math.min(this.#maxPayload(), MOST_READY_BYTES)) this.flush();
    if (this.#ready.length === 0) turns.atEnd(() => this.flush());
    this.#ready.push(frame);
    this.#readyBytes += size;
  }

  /** Sends what is ready. */
  flush(): void {
    if (this.#ready.length === 0) return;
    const message = joinFrames(this.#ready);
    this.#ready = [];
    this.#readyBytes = 0;
    this.#send(message);
  }
}
