/** Bytes of an object, counted from 0; `end` is the first that is not one of them. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes of an object that are to be sent to somebody. */
export interface WantedPart {
  /** The first of them. */
  readonly from: number;
  /** How many are wanted; fewer or more are sent, as the object is stored in chunks. */
  readonly bytes: number;
  /** None is sent that is not among these. */
  readonly within: ByteRange;
  /** The subject that they are sent to. */
  readonly to: string;
  /** Names this part: asked for again, it is sent once. One token. */
  readonly name: string;
}

/** What is on its way of an object. */
export interface SentPart {
  /** The first byte that is sent, at or before the first that was wanted. */
  readonly at: number;
  /** Bytes. */
  readonly bytes: number;
  /** Messages that hold them, in order. */
  readonly chunks: number;
}

/** The chunks that are sent for a part. */
export interface PartChunks {
  /** The number of the first chunk, from 0. */
  readonly first: number;
  readonly chunks: number;
  /** The bytes of them that are sent: less than all only of a single chunk. */
  readonly range: ByteRange;
  /** True when the chunk has bytes that may not be sent. */
  readonly isCut: boolean;
}

/** Most bytes of one part. */
const LARGEST_PART = 8 << 20;

/** Decides which chunks are sent of an object whose chunks, but for the last, have so many bytes. */
export function chunksOf(
  { from, bytes, within }: Pick<WantedPart, "from" | "bytes" | "within">,
  size: number,
  chunkBytes: number,
): PartChunks {
  const first = Math.floor(from / chunkBytes);
  const at = first * chunkBytes;
  const end = (chunks: number) => Math.min(size, at + chunks * chunkBytes);
  if (at < within.start || end(1) > within.end) {
    const range = { start: Math.max(at, within.start), end: Math.min(end(1), within.end) };
    return { first, chunks: 1, range, isCut: true };
  }
  // As far as they are wanted, and wholly within what may be sent.
  const wanted = Math.ceil((from - at + Math.min(bytes, LARGEST_PART)) / chunkBytes);
  const allowed = within.end === size
    ? Math.ceil((size - at) / chunkBytes)
    : Math.floor((within.end - at) / chunkBytes);
  const chunks = Math.max(1, Math.min(wanted, allowed));
  return { first, chunks, range: { start: at, end: end(chunks) }, isCut: false };
}
