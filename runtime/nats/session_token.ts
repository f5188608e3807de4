const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;

/** A fresh session token: 32 characters of lower-case base32, 160 random bits. */
export function newSessionToken(): string {
  return freshToken(32);
}

/** Random characters of lower-case base32, 5 bits each. */
export function freshToken(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  let token = "";
  for (const byte of bytes) token += ALPHABET[byte & 31];
  return token;
}

/**
 * True for what may stand as a session in a subject: 1 to 128 letters, digits, `-` and `_`. Anything
 * else (a dot, a wildcard) would widen what the subject stands for.
 */
export function isSessionToken(value: string): boolean {
  return TOKEN.test(value);
}
