/**
 * How the index of a store writes keys.
 *
 * The index takes few characters. Letters, digits and `/` stand for themselves, except `z`; every other
 * byte is written as a sign and two hex digits. There are four signs, `-`, `=`, `_` and `z`, each for the
 * bytes that belong before it or after it in order: so written keys have the order of the keys, and one
 * begins with another exactly when the keys do.
 *
 * @module
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const PLAIN = /^[A-Za-y0-9/]$/;
const CODES: readonly string[] = Array.from({ length: 256 }, (_, byte) => codeOf(byte));

/** A key as the index writes it. */
export function storeIndexKey(key: string): string {
  let written = "";
  for (const byte of encoder.encode(key)) written += CODES[byte];
  return written;
}

/** The key behind what the index has; undefined when it is not a written key. */
export function readStoreIndexKey(written: string): string | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < written.length; i++) {
    const char = written.charAt(i);
    if (PLAIN.test(char)) bytes.push(char.charCodeAt(0));
    else {
      const byte = Number.parseInt(written.slice(i + 1, i + 3), 16);
      if (CODES[byte] !== written.slice(i, i + 3)) return undefined;
      bytes.push(byte);
      i += 2;
    }
  }
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function codeOf(byte: number): string {
  const char = String.fromCharCode(byte);
  if (PLAIN.test(char)) return char;
  const sign = byte < 0x2f ? "-" : byte < 0x41 ? "=" : byte < 0x61 ? "_" : "z";
  return sign + byte.toString(16).toUpperCase().padStart(2, "0");
}
