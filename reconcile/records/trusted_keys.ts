import { hasSigned, type Signature } from "./chain.ts";

/** Somebody whose signatures count. */
export interface TrustedKey {
  /** Whose key it is, as `the admin`. */
  readonly name: string;
  /** When it was revoked: what is dated later does not count. */
  readonly until?: string;
}

/** Public keys whose signatures count. */
export type TrustedKeys = ReadonlyMap<string, TrustedKey>;

/** The last hash of each history, by the name of its chain. */
export type Heads = Readonly<Record<string, string>>;

/** What histories are checked against. */
export interface Trust {
  /** Undefined where nobody's key is known. */
  readonly trusted?: TrustedKeys | undefined;
  /** Where histories stood before anything was signed: what is older may be unsigned. */
  readonly heads?: Heads;
}

/** What a signature is worth. */
export type SignatureState =
  /** Somebody who is trusted has signed. */
  | "good"
  /** Nobody has signed. */
  | "missing"
  /** Somebody has signed whom nobody here vouches for. */
  | "foreign"
  /** The key that is named has not signed this. */
  | "wrong";

/**
 * What a signature of a text is worth.
 *
 * @param trusted undefined where nobody's key is known: then every key counts, and proves nothing
 * @param at when it was signed, as the text itself says
 */
export function signatureState(
  by: Signature,
  context: string,
  text: string,
  trusted: TrustedKeys | undefined,
  at = "",
): SignatureState {
  if (by.signedBy === undefined && by.signature === undefined) return "missing";
  if (!hasSigned(by, context, text)) return "wrong";
  if (trusted === undefined) return "good";
  const key = trusted.get(by.signedBy ?? "");
  return key === undefined || (key.until !== undefined && at > key.until) ? "foreign" : "good";
}
