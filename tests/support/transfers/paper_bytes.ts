const PIECE = 64 * 1024;

/** The bytes of a paper, each piece another: no piece can stand for another one. @param stop bytes after which nothing comes any more; 0: never */
export async function* paperBytes(size: number, stop = 0): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < size; at += PIECE) {
    if (stop > 0 && at >= stop) await new Promise(() => {});
    const piece = new Uint8Array(Math.min(PIECE, size - at)).fill(at / PIECE);
    new DataView(piece.buffer).setUint8(0, (at / PIECE) >> 8);
    yield piece;
  }
}

/** The same as one. */
export async function wholePaper(size: number): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(size);
  let at = 0;
  for await (const piece of paperBytes(size)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
