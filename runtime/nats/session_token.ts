const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** A fresh session token: 32 characters of lower-case base32, 160 random bits. */
export function newSessionToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  let token = "";
  for (const byte of bytes) token += ALPHABET[byte & 31];
  return token;
}

/**
 * True for what may stand as a session in a subject: 1 to 64 letters, digits, `-` and `_`. Anything
 * else (a dot, a wildcard) would widen what the subject stands for.
 */
export function isSessionToken(value: string): boolean {
  return TOKEN.test(value);
}
