const SLAB_BYTES = 64 * 1024;
/** A UTF-16 code unit becomes at most three bytes. */
const LONGEST_TEXT = SLAB_BYTES / 4 / 3;

/**
 * Encodes short texts into views of shared slabs. Allocating a typed array costs several times what
 * encoding a few hundred bytes does; a view costs next to nothing. A slab is never written twice, so
 * the views stay as they are.
 */
export class Utf8Slab {
  readonly #encoder = new TextEncoder();
  #slab = new Uint8Array(SLAB_BYTES);
  #used = 0;

  /** The text as UTF-8 bytes; not to be written to. */
  encode(text: string): Uint8Array {
    if (text.length > LONGEST_TEXT) return this.#encoder.encode(text);
    if (SLAB_BYTES - this.#used < text.length * 3) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += this.#encoder.encodeInto(text, this.#slab.subarray(start)).written;
    return this.#slab.subarray(start, this.#used);
  }
}
