import { isErr, ok, type Result } from "../../contracts/result.ts";

/** How pieces become chunks. */
export interface JoinedChunksOptions {
  /** Bytes of every chunk but the last. */
  readonly chunkBytes: number;
  /** True where no other code touches the pieces: one that has the size of a chunk is not copied then. */
  readonly ownsPieces?: boolean;
}

/** Chunks of one size, made of pieces of any size. */
export class JoinedChunks {
  readonly #options: JoinedChunksOptions;
  /** What of the last piece did not fit in its chunk. */
  #rest: Uint8Array | undefined;

  /** @param options the size of the chunks */
  constructor(options: JoinedChunksOptions) {
    this.#options = options;
  }

  /** The next chunk, undefined after the last. @param take the next piece, undefined after the last */
  async next<E>(
    take: () => Promise<Result<Uint8Array | undefined, E>>,
  ): Promise<Result<Uint8Array | undefined, E>> {
    const { chunkBytes, ownsPieces = false } = this.#options;
    let chunk: Uint8Array | undefined;
    let filled = 0;
    while (filled < chunkBytes) {
      const piece = this.#rest ?? (await take()).take();
      if (isErr(piece)) return piece;
      this.#rest = undefined;
      if (piece === undefined) break;
      if (ownsPieces && filled === 0 && piece.length === chunkBytes) return ok(piece);
      // The source may use the piece's memory again once it is asked for another one.
      chunk ??= new Uint8Array(chunkBytes);
      const part = piece.subarray(0, chunkBytes - filled);
      chunk.set(part, filled);
      filled += part.length;
      if (part.length < piece.length) this.#rest = piece.subarray(part.length);
    }
    return ok(filled === 0 ? undefined : chunk?.subarray(0, filled));
  }
}
