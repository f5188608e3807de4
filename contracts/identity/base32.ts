const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Bytes in base32 of RFC 4648, upper case, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = held << 8 | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += DIGITS.charAt(held >>> (bits - 5) & 31);
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + DIGITS.charAt(held << (5 - bits) & 31);
}

/** The bytes behind a text of {@link encodeBase32}; undefined for any other text. */
export function decodeBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(text.length * 5 >>> 3);
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const char of text) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) return undefined;
    held = held << 5 | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >>> bits;
      held &= (1 << bits) - 1;
    }
  }
  // One spelling for each value: the bits that fill up the last digit are zero.
  return held === 0 && bits < 5 ? bytes : undefined;
}
