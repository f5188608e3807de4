const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const ZERO = 48;
const NINE = 57;
/** `MSG` and `HMSG` are the only lines with something behind them, of as many bytes as their last number says. */
const MSG = 77;
const HMSG = 72;
/** The line break behind a message. */
const BREAK_BYTES = 2;

/** Where what was read ends. */
export interface ReadEnd {
  /** Where the message or line begins in which it ends; 0 when that is in what was read before. */
  readonly start: number;
  /** Bytes that are missing of that message; 0 for a line, or when nothing is. */
  readonly missing: number;
}

/** Follows what a server sends, as far as that tells where its messages end. */
export class MessageEnds {
  /** Bytes of the message that have not come. */
  #missing = 0;
  /** The first byte of the line that has not ended; 0 before it. */
  #first = 0;
  /** The last number of that line, so far. */
  #number = 0;

  /** Takes what was read. */
  follow(bytes: Uint8Array): ReadEnd {
    let start = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#missing > 0) {
        const part = Math.min(this.#missing, bytes.length - at);
        this.#missing -= part;
        at += part;
        if (this.#missing === 0) start = at;
        continue;
      }
      const byte = bytes[at++]!;
      if (byte === LINE_FEED) {
        const hasMore = this.#first === MSG || this.#first === HMSG;
        if (hasMore) this.#missing = this.#number + BREAK_BYTES;
        else start = at;
        this.#first = 0;
        this.#number = 0;
        continue;
      }
      if (this.#first === 0) this.#first = byte;
      if (byte >= ZERO && byte <= NINE) this.#number = this.#number * 10 + byte - ZERO;
      else if (byte !== CARRIAGE_RETURN) this.#number = 0;
    }
    return { start, missing: this.#missing };
  }
}
