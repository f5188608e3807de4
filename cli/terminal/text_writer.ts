import type { TextWriter } from "./terminal.ts";

/** The part of `Deno.stdout` and `Deno.stderr` that is needed. */
export interface ByteSink {
  /** Writes some of the bytes, and tells how many. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes text on a stream of the process, completely and in order. When the reader has gone away
 * (`trellis kv ls … | head`), the rest is dropped in silence and `onClosed` is called once.
 */
export function textWriter(sink: ByteSink, onClosed: () => void = () => {}): TextWriter {
  const encoder = new TextEncoder();
  let closed = false;
  return {
    write(text) {
      if (closed) return;
      let rest = encoder.encode(text);
      try {
        while (rest.length > 0) rest = rest.subarray(sink.writeSync(rest));
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        closed = true;
        onClosed();
      }
    },
  };
}
