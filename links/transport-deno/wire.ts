/** The part of a connection that the transport needs; `Deno.Conn` has this shape by itself. */
export interface Wire {
  /** Reads into `target` and answers the count of bytes, or null at the end of the stream. */
  read(target: Uint8Array): Promise<number | null>;
  /** Writes some of `source` and answers how much of it. */
  write(source: Uint8Array): Promise<number>;
  /** Ends both directions at once; a pending read or write is settled. */
  close(): void;
}

/** Closes a wire that may be closed already. */
export function closeQuietly(wire: Wire): void {
  try {
    wire.close();
  } catch {
    // The only failure is that somebody was faster, which is what was wanted.
  }
}
