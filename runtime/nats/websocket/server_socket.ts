import { joinBytes, ProtocolReader, type Said } from "./protocol_reader.ts";
import { LinkError } from "./server_error.ts";

/** Milliseconds that a server has to agree to the end of a connection. */
const FAREWELL_MS = 1000;
/** Bytes that are put together before they are sent at once. */
const FULL = 32 * 1024;

/** What happens to a socket. Each is called until `closed` was. */
export interface SocketEvents {
  /** The server has said something. */
  said(said: Said): void;
  /** It is over, with the reason where there is one. */
  closed(cause: Error | undefined): void;
}

/** One WebSocket to a server, which speaks NATS' protocol. */
export class ServerSocket {
  readonly #socket: WebSocket;
  readonly #reader = new ProtocolReader();
  readonly #events: SocketEvents;
  readonly #encoder = new TextEncoder();
  #unsent: Uint8Array[] = [];
  #size = 0;
  #isOver = false;

  /** Opens it. Throws for an address that is none. */
  constructor(url: string, events: SocketEvents) {
    this.#events = events;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = ({ reason }) =>
      this.#end(reason === "" ? undefined : new LinkError("ConnectionError", reason));
    this.#socket.onerror = (event) => this.#end(failure(event));
  }

  /** Sends, together with what else is sent at this moment. */
  send(...pieces: readonly (Uint8Array | string)[]): void {
    if (this.#isOver) return;
    if (this.#size === 0) queueMicrotask(() => this.#flush());
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? this.#encoder.encode(piece) : piece;
      this.#unsent.push(bytes);
      this.#size += bytes.length;
    }
    if (this.#size >= FULL) this.#flush();
  }

  /**
   * Ends it, after what was sent. A link that is gone without a word would have it wait without end: it is
   * over at once for this program, and the returned promise resolves when the server agrees, or soon.
   */
  close(cause?: Error): Promise<void> {
    this.#flush();
    const closed = new Promise<void>((resolve) => {
      if (this.#socket.readyState === WebSocket.CLOSED) return resolve();
      const timer = setTimeout(resolve, FAREWELL_MS);
      this.#socket.addEventListener("close", () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
    this.#end(cause);
    return closed;
  }

  #flush(): void {
    if (this.#size === 0) return;
    const bytes = joinBytes(this.#unsent, this.#size);
    this.#unsent = [];
    this.#size = 0;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  #receive(data: unknown): void {
    if (this.#isOver) return;
    try {
      if (!(data instanceof ArrayBuffer)) throw new Error("this is not a NATS server");
      for (const said of this.#reader.read(new Uint8Array(data))) {
        if (this.#isOver) return;
        this.#events.said(said);
      }
    } catch (cause) {
      this.#end(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  #end(cause: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.close();
    this.#events.closed(cause);
  }
}

/** Browsers do not say why; other runtimes do. */
function failure(event: Event): LinkError {
  const why = event instanceof ErrorEvent ? event.message : "";
  return new LinkError(
    "ConnectionError",
    why || "the WebSocket does not open: nothing listens, or it takes no pages of this origin",
  );
}
