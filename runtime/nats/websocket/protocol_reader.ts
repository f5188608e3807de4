/** What a server says, one after the other. */
export type Said =
  | { readonly kind: "info"; readonly text: string }
  | { readonly kind: "error"; readonly text: string }
  | { readonly kind: "ping" | "pong" | "ok" }
  | Arrived;

/** A message for a subscription. */
export interface Arrived {
  readonly kind: "message";
  /** Which subscription, by its number. */
  readonly sid: number;
  readonly subject: string;
  readonly reply: string | undefined;
  /** The header block, empty without one. */
  readonly headers: Uint8Array;
  readonly data: Uint8Array;
}

const EMPTY = new Uint8Array();
/** A line of the protocol; the greeting is the longest. */
const LONGEST_LINE = 64 * 1024;
const CR = 13;
const decoder = new TextDecoder();

/** The line that announces a message, and how many bytes follow it. */
interface Announced {
  readonly sid: number;
  readonly subject: string;
  readonly reply: string | undefined;
  readonly headerSize: number;
  readonly size: number;
}

/** Reads NATS' protocol out of bytes that come in pieces of any size. */
export class ProtocolReader {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;
  #announced: Announced | undefined;

  /** What is complete with some more bytes. Throws for what is not the protocol. */
  *read(piece: Uint8Array): Generator<Said> {
    this.#pieces.push(piece);
    this.#length += piece.length;
    // The rest of a large message is put together once, when all of it is here.
    while (this.#length >= this.#needed) {
      const bytes = this.#joined();
      const said = this.#announced === undefined
        ? this.#readLine(bytes)
        : this.#readMessage(bytes, this.#announced);
      if (said === "more") return;
      if (said !== undefined) yield said;
    }
  }

  get #needed(): number {
    return this.#announced === undefined ? 2 : this.#announced.size + 2;
  }

  #readLine(bytes: Uint8Array): Said | undefined | "more" {
    const end = bytes.indexOf(CR);
    // The line feed may be in the next piece.
    if (end < 0 || end + 1 === bytes.length) {
      if (bytes.length > LONGEST_LINE) throw new Error("a line of the server does not end");
      return "more";
    }
    const line = decoder.decode(bytes.subarray(0, end));
    this.#keep(bytes.subarray(end + 2));
    const [verb = "", ...words] = line.split(/[ \t]+/);
    switch (verb.toUpperCase()) {
      case "MSG":
        this.#announced = announced(words, false);
        return;
      case "HMSG":
        this.#announced = announced(words, true);
        return;
      case "PING":
        return { kind: "ping" };
      case "PONG":
        return { kind: "pong" };
      case "+OK":
        return { kind: "ok" };
      case "INFO":
        return { kind: "info", text: line.slice(4).trim() };
      case "-ERR":
        return { kind: "error", text: line.slice(4).trim().replace(/^'(.*)'$/, "$1") };
      default:
        throw new Error(`this is not a NATS server: it says ${JSON.stringify(line.slice(0, 40))}`);
    }
  }

  #readMessage(bytes: Uint8Array, { headerSize, size, ...addressed }: Announced): Said {
    this.#announced = undefined;
    this.#keep(bytes.subarray(size + 2));
    return {
      kind: "message",
      ...addressed,
      headers: headerSize === 0 ? EMPTY : bytes.subarray(0, headerSize),
      data: bytes.subarray(headerSize, size),
    };
  }

  #joined(): Uint8Array {
    const [first = EMPTY] = this.#pieces;
    if (this.#pieces.length === 1) return first;
    const joined = joinBytes(this.#pieces, this.#length);
    this.#keep(joined);
    return joined;
  }

  #keep(bytes: Uint8Array): void {
    this.#pieces.length = 0;
    this.#pieces.push(bytes);
    this.#length = bytes.length;
  }
}

/** Pieces as one. */
export function joinBytes(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** `<subject> <sid> [reply] [header size] <size>` */
function announced(words: readonly string[], hasHeaders: boolean): Announced {
  const sizes = words.slice(hasHeaders ? -2 : -1).map(Number);
  const [subject = "", sid, ...rest] = words.slice(0, hasHeaders ? -2 : -1);
  const headerSize = hasHeaders ? sizes[0] ?? NaN : 0;
  const size = sizes.at(-1) ?? NaN;
  if (!(headerSize >= 0 && size >= headerSize)) throw new Error("a message has no size");
  return { subject, sid: Number(sid), reply: rest[0], headerSize, size };
}
