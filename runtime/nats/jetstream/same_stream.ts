/** A stream that was put back from a copy says that it was made when the one was that was copied: longer ago. */
const NOT_PUT_BACK_MS = 60_000;

/** A stream as it was seen. */
export interface SeenStream {
  /** When it was made, in milliseconds since 1970. */
  readonly made: number;
  /** When it was there, by the clock of the server, in milliseconds since 1970; NaN: not known. */
  readonly at: number;
}

/**
 * Whether the stream of a name is the one that was seen.
 *
 * The times at which it was made need not be the same: servers of a cluster say different ones of a stream that was asked
 * for again, as `makeStream` tells. But there is one stream of a name at a time: what was made before the other one
 * was seen is that one.
 *
 * @param made when the one that is there was made, in milliseconds since 1970
 */
export function isSameStream(seen: SeenStream, made: number): boolean {
  return made === seen.made || made > seen.made - NOT_PUT_BACK_MS && made < seen.at;
}
