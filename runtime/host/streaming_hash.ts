/** A hash of bytes that come piece by piece. */
export interface StreamingHash {
  update(bytes: Uint8Array): unknown;
  /** The hash of all of them; nothing comes after it. */
  digest(): Uint8Array;
  /** One that goes on from here by itself: its digest is that of what has come so far. */
  copy(): StreamingHash;
}
