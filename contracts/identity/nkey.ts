import { decodeBase32, encodeBase32 } from "./base32.ts";

/**
 * NATS' text form of Ed25519 and X25519 keys: a prefix that says what the key is for, the 32 bytes of
 * the key, and a check sum, in base32. See https://docs.nats.io/running-a-nats-service/nats_admin/security/jwt
 *
 * @module
 */

/** What a key is for. `curve` keys encrypt, the others sign. */
export type NkeyKind = "account" | "server" | "user" | "curve";

/** The first byte of a public key; it makes the first letter of the text. */
const PREFIX: Readonly<Record<NkeyKind, number>> = {
  account: 0, // A
  server: 13 << 3, // N
  user: 20 << 3, // U
  curve: 23 << 3, // X
};
const SEED_PREFIX = 18 << 3; // S
const KEY_BYTES = 32;

/** A public key in NATS' text form, as `UABC…`: 56 characters. */
export function encodePublicKey(kind: NkeyKind, key: Uint8Array): string {
  return withCheckSum([PREFIX[kind]], key);
}

/** The bytes of a public key of this kind; undefined when the text is not one. */
export function decodePublicKey(kind: NkeyKind, text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = withoutCheckSum(text);
  if (bytes === undefined || bytes.length !== 1 + KEY_BYTES || bytes[0] !== PREFIX[kind]) {
    return undefined;
  }
  return bytes.slice(1);
}

/** A seed, the secret from which both halves of a key pair follow, as `SUABC…`: 58 characters. */
export function encodeSeed(kind: NkeyKind, seed: Uint8Array): string {
  const prefix = PREFIX[kind];
  return withCheckSum([SEED_PREFIX | prefix >>> 5, (prefix & 31) << 3], seed);
}

/** The bytes of a seed of this kind; undefined when the text is not one. */
export function decodeSeed(kind: NkeyKind, text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = withoutCheckSum(text);
  if (bytes === undefined || bytes.length !== 2 + KEY_BYTES) return undefined;
  const prefix = PREFIX[kind];
  const isOfKind = bytes[0] === (SEED_PREFIX | prefix >>> 5) && bytes[1] === (prefix & 31) << 3;
  return isOfKind ? bytes.slice(2) : undefined;
}

function withCheckSum(prefix: readonly number[], key: Uint8Array): string {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
  const bytes = Uint8Array.from([...prefix, ...key]);
  const sum = checkSum(bytes);
  return encodeBase32(Uint8Array.from([...bytes, sum & 0xff, sum >>> 8]));
}

function withoutCheckSum(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = decodeBase32(text);
  if (bytes === undefined || bytes.length < 3) return undefined;
  const body = bytes.slice(0, -2);
  const sum = checkSum(body);
  const isRight = bytes.at(-2) === (sum & 0xff) && bytes.at(-1) === sum >>> 8;
  return isRight ? body : undefined;
}

/** CRC-16/XMODEM: polynomial 0x1021, from zero. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000 ? sum << 1 ^ 0x1021 : sum << 1) & 0xffff;
  }
  return sum;
}
