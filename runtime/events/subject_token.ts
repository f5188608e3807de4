import { decodeBase64Url, encodeBase64Url } from "../../contracts/json/base64.ts";

/** Longest token, in characters: a subject stays far below what a server takes in one line. */
export const MAX_TOKEN_LENGTH = 255;

const PLAIN = /^[A-Za-z0-9-]+$/;

/**
 * A text as one token of a subject. Letters, digits and `-` stand as they are; everything else is `_`
 * and the base64url of its UTF-8. Two texts never share a token, and no text can add a token, or a
 * wildcard, to the subject. Undefined for what has no token: half of a surrogate pair, which
 * UTF-8 cannot tell from another, and what is longer than {@link MAX_TOKEN_LENGTH} as a token.
 */
export function subjectToken(text: string): string | undefined {
  if (!text.isWellFormed()) return undefined;
  const token = PLAIN.test(text) ? text : `_${encodeBase64Url(new TextEncoder().encode(text))}`;
  return token.length > MAX_TOKEN_LENGTH ? undefined : token;
}

/** The text behind a token of an event's subject. */
export function paramText(token: string): string {
  if (!token.startsWith("_")) return token;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(decodeBase64Url(token.slice(1)));
  } catch {
    return token;
  }
}
