/** Where the pieces of a streamed body come from. */
export interface BodyPieces {
  next(): PromiseLike<{ readonly done?: boolean; readonly value?: unknown }>;
  /** Ends the source, without waiting for it. */
  stop(reason: unknown): void;
}

/** Begins to read a stream; undefined for what is none, or is being read elsewhere. */
export function piecesOf(body: unknown): BodyPieces | undefined {
  try {
    if (body instanceof ReadableStream) {
      const reader: ReadableStreamDefaultReader<unknown> = body.getReader();
      return {
        next: () => reader.read(),
        stop: (reason) => void reader.cancel(reason).catch(() => {}),
      };
    }
    if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) {
      return undefined;
    }
    // Checked just above; the pieces themselves are checked as they come.
    const iterator = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return {
      next: async () => await iterator.next(),
      stop: () => void (async () => await iterator.return?.())().catch(() => {}),
    };
  } catch {
    // It is being read elsewhere.
    return undefined;
  }
}

/** What a body has thrown, as text. */
export function bodyFailure(cause: unknown): string {
  const what = cause instanceof Error ? cause.message || cause.name : String(cause);
  return `reading the body failed: ${what}`;
}
