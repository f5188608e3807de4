/**
 * Base64 of RFC 4648, by the runtime's own functions where it has them: Node does from version 25 on.
 *
 * @module
 */

/** Bytes in base64, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64?.() ??
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Bytes in base64url, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64?.({ alphabet: "base64url", omitPadding: true }) ??
    encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes behind a text in base64; throws for any other text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64?.(text) ??
    Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** Decodes base64url without padding; throws for anything else. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const padding = "=".repeat((4 - text.length % 4) % 4);
  return decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/") + padding);
}
