import { createHash } from "node:crypto";
import { isRecord } from "../json/json.ts";
import { encodeBase32 } from "./base32.ts";
import { isSignedBy, type KeyPair, type SigningKind } from "./key_pair.ts";

/**
 * NATS' JSON web tokens: claims, signed by the key that they name as their issuer. See
 * https://docs.nats.io/running-a-nats-service/nats_admin/security/jwt
 *
 * @module
 */

/** What a token says. Times are in seconds since 1970. */
export interface Claims {
  /** Whom it is for. */
  readonly aud?: string;
  /** Whom it is about: a public key. */
  readonly sub: string;
  readonly name?: string;
  /** When it was made. */
  readonly iat: number;
  /** When it ends. */
  readonly exp?: number;
  /** What NATS reads. */
  readonly nats: Readonly<Record<string, unknown>>;
}

/** Claims with their issuer, as they were read from a token. */
export interface IssuedClaims extends Claims {
  /** Public key of who signed it. */
  readonly iss: string;
}

const UNPADDED = { alphabet: "base64url", omitPadding: true } as const;
const HEADER = toBase64Url(JSON.stringify({ typ: "JWT", alg: "ed25519-nkey" }));
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A token with these claims. */
export function encodeJwt(claims: Claims, issuer: KeyPair): string {
  const issued = { ...claims, iss: issuer.publicKey };
  const id = createHash("sha256").update(JSON.stringify(issued)).digest();
  const jti = encodeBase32(new Uint8Array(id));
  const body = `${HEADER}.${toBase64Url(JSON.stringify({ jti, ...issued }))}`;
  return `${body}.${issuer.sign(encoder.encode(body)).toBase64(UNPADDED)}`;
}

/**
 * The claims of a token that a key of this kind has signed; undefined when it is no token, was changed,
 * or is signed by another key than it says. Whether the issuer may say that is the caller's to judge.
 */
export function decodeJwt(kind: SigningKind, token: string): IssuedClaims | undefined {
  const [header = "", body = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0) return undefined;
  const algorithm = readPart(header);
  const claims = readPart(body);
  if (!isRecord(algorithm) || algorithm.alg !== "ed25519-nkey" || !isClaims(claims)) {
    return undefined;
  }
  const signed = fromBase64Url(signature);
  const bytes = encoder.encode(`${header}.${body}`);
  return signed && isSignedBy(kind, claims.iss, bytes, signed) ? claims : undefined;
}

function toBase64Url(text: string): string {
  return new TextEncoder().encode(text).toBase64(UNPADDED);
}

function fromBase64Url(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return undefined;
  }
}

function readPart(text: string): unknown {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

function isClaims(value: unknown): value is IssuedClaims {
  return isRecord(value) && isRecord(value.nats) && typeof value.iss === "string" &&
    typeof value.sub === "string" && typeof value.iat === "number" &&
    (value.exp === undefined || typeof value.exp === "number");
}
