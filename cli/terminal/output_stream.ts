/** The part of `Deno.stdout` and `Deno.stderr` that is needed. */
export interface ByteSink {
  /** Writes some of the bytes, and answers how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** The same, while everything else waits. */
  writeSync(bytes: Uint8Array): number;
}

/** Why a stream takes nothing more. */
export type StreamEnd =
  /** Its reader has gone away, as in `trellis kv ls … | head`. */
  | { readonly kind: "closed" }
  /** It failed, for example because the disk is full. */
  | { readonly kind: "failed"; readonly reason: string };

/** A stream of the process. What is written after its end is dropped. */
export interface OutputStream {
  /** Takes all the bytes, which must not change before {@link OutputStream.flushed} settles. */
  write(bytes: Uint8Array): void;
  /** Settles when the stream has taken all that was written, or has ended, or the signal aborts. */
  flushed(signal: AbortSignal): Promise<void>;
  /** Ends the stream as soon as its reader goes away, and not only with the next write. */
  watchReader(): void;
  /** Settles when the stream takes nothing more. */
  readonly ended: Promise<StreamEnd>;
  /** Undefined while the stream takes bytes. */
  readonly end: StreamEnd | undefined;
}

/** Drops everything. */
export const SILENT_STREAM: OutputStream = {
  write() {},
  flushed: () => Promise.resolve(),
  watchReader() {},
  ended: new Promise(() => {}),
  end: undefined,
};

/** Does one thing after the other. Streams that share a queue keep the order of their lines. */
export class WriteQueue {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Whether there is nothing to wait for. */
  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** Adds work, which must not reject. */
  add(work: () => Promise<void>): void {
    this.#waiting++;
    this.#last = this.#last.then(work).finally(() => this.#waiting--);
  }

  /** Settles when everything that was added is done, or the signal aborts. */
  async done(signal: AbortSignal): Promise<void> {
    if (this.isEmpty || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const abort = () => resolve();
    signal.addEventListener("abort", abort);
    await Promise.race([this.#last, promise]);
    signal.removeEventListener("abort", abort);
  }
}

/**
 * `Deno.stdout` has a line buffer, and a full non-blocking stream makes it forget how much it has written.
 * Pieces of these sizes are passed on as a whole or not at all: a pipe splits none below 4096 bytes, and
 * the buffer holds back only what is shorter than itself and has no line break.
 */
const PIECE_BYTES = 4096;
const BUFFER_BYTES = 1024;
const LINE_BREAK = 0x0a;
const NOTHING = new Uint8Array();

function pieceOf(bytes: Uint8Array): Uint8Array {
  const piece = bytes.subarray(0, PIECE_BYTES);
  return piece.subarray(0, piece.lastIndexOf(LINE_BREAK) + 1 || piece.length);
}

function isBuffered(piece: Uint8Array): boolean {
  return piece.length > 0 && piece.length < BUFFER_BYTES && piece.at(-1) !== LINE_BREAK;
}

/** How long a stream that is full is left alone at first and at last, in milliseconds. */
const FIRST_PAUSE_MS = 1;
const LAST_PAUSE_MS = 50;

/**
 * Writes on a stream of the process, completely and in order, whatever stands at its other end: a slow
 * reader, a pipe that another program has made non-blocking, a full disk.
 *
 * @param isPrompt true for a terminal or a file: bytes are written before `write` returns, if the
 * stream takes them. A pipe with a slow reader would stop the whole process so.
 * @param isBlocking true where a full stream makes a writer wait: bytes need not be divided then
 * @param readerGone settles when the reader has gone away
 */
export function outputStream(
  sink: ByteSink,
  { queue, isPrompt, isBlocking, readerGone }: {
    readonly queue: WriteQueue;
    readonly isPrompt: boolean;
    readonly isBlocking: boolean;
    readonly readerGone: () => Promise<void>;
  },
): OutputStream {
  let end: StreamEnd | undefined;
  /** Whether the line buffer holds bytes that the stream did not take yet. */
  let isOwed = false;
  const ended = Promise.withResolvers<StreamEnd>();
  const close = (reason: StreamEnd): void => ended.resolve(end ??= reason);

  /** What is left after a failed write: nothing of a piece was taken, unless the buffer has it. */
  function afterFailure(rest: Uint8Array, piece: Uint8Array, cause: unknown): Uint8Array {
    if (!isTemporary(cause)) close(endOf(cause));
    else if (isBuffered(piece)) {
      isOwed = true;
      return rest.subarray(piece.length);
    }
    return rest;
  }

  function writeNow(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (rest.length > 0) {
      const piece = pieceOf(rest);
      try {
        rest = rest.subarray(sink.writeSync(piece));
      } catch (cause) {
        return afterFailure(rest, piece, cause);
      }
    }
    return rest;
  }

  async function writeLater(bytes: Uint8Array): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let rest = bytes; (rest.length > 0 || isOwed) && end === undefined;) {
      const piece = isOwed ? NOTHING : isBlocking ? rest : pieceOf(rest);
      try {
        rest = rest.subarray(await sink.write(piece));
        isOwed = false;
        pauseMs = FIRST_PAUSE_MS;
      } catch (cause) {
        rest = afterFailure(rest, piece, cause);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  return {
    get end() {
      return end;
    },
    write(bytes) {
      if (end !== undefined) return;
      const rest = isPrompt && queue.isEmpty ? writeNow(bytes) : bytes;
      if (rest.length > 0 || isOwed) queue.add(() => writeLater(rest));
    },
    flushed: (signal) => queue.done(signal),
    watchReader: () => void readerGone().then(() => close({ kind: "closed" })),
    ended: ended.promise,
  };
}

/** A non-blocking stream that is full, or a signal that came meanwhile. */
function isTemporary(cause: unknown): boolean {
  return cause instanceof Deno.errors.WouldBlock || cause instanceof Deno.errors.Interrupted;
}

function endOf(cause: unknown): StreamEnd {
  if (cause instanceof Deno.errors.BrokenPipe) return { kind: "closed" };
  return { kind: "failed", reason: cause instanceof Error ? cause.message : String(cause) };
}
