/**
 * Histories as chains: each link holds the hash of the one before it, so that none can be changed, left
 * out or put in without breaking all that follow, and the signature of whoever vouches for it, so that
 * nobody else can write the chain anew. A chain cannot show that it once was longer: for that its last
 * hash is kept elsewhere.
 *
 * @module
 */
import { isSignedBy, type KeyPair } from "../../contracts/identity/key_pair.ts";
import { digestJson } from "../../contracts/json/digest.ts";

/** Who signs what is stored. */
export type Signer = Pick<KeyPair, "publicKey" | "sign">;

/** The key that vouches for something, and how it does. */
export interface Signature {
  /** Public key, `U…`; missing where nothing is signed. */
  readonly signedBy?: string;
  /** 64 bytes as base64url. */
  readonly signature?: string;
}

/** Where a link stands in its chain. */
export interface Place {
  /** From 1. */
  readonly seq: number;
  /** Hash of the link before; "" for the first. */
  readonly previous: string;
}

/** What makes content a link. */
export interface Link extends Place, Signature {
  /** Digest of the link without this member and without the signature. */
  readonly hash: string;
}

/**
 * Content with its place in a chain.
 *
 * @param chain names the chain: a link that is moved to another one is not signed there
 * @param signer missing where nobody has a key
 */
export function chained<T extends object>(
  content: T,
  { seq, previous }: Place,
  chain: string,
  signer: Signer | undefined,
): T & Link {
  const signedBy = signer === undefined ? {} : { signedBy: signer.publicKey };
  const placed = { ...content, seq, previous, ...signedBy };
  const hash = linkHash(placed);
  const signature = signer === undefined ? {} : { signature: signText(signer, chain, hash) };
  return { ...placed, hash, ...signature };
}

/** What the hash of a link has to be. */
export function linkHash(link: object): string {
  const { hash: _hash, signature: _signature, ...rest } = link as Partial<Link>;
  return digestJson(rest);
}

/** The signature of a text in a context. */
export function signText(signer: Signer, context: string, text: string): string {
  return signer.sign(signedBytes(context, text)).toBase64(BASE64URL);
}

/** Whether the key that is named has signed the text in this context. */
export function hasSigned(
  { signedBy, signature = "" }: Signature,
  context: string,
  text: string,
): boolean {
  if (signedBy === undefined || !/^[\w-]{86}$/.test(signature)) return false;
  const bytes = Uint8Array.fromBase64(signature, BASE64URL);
  return isSignedBy("user", signedBy, signedBytes(context, text), bytes);
}

const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

function signedBytes(context: string, text: string): Uint8Array {
  return new TextEncoder().encode(`trellis.v1\0${context}\0${text}`);
}
