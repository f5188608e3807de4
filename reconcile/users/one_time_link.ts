import { createHash } from "node:crypto";

/** What a link is good for. */
export const LINK_PURPOSES = ["login", "password"] as const;

/** What a link is good for: to log in, or to choose a password. */
export type LinkPurpose = typeof LINK_PURPOSES[number];

/** How long a link of each purpose is good for, in milliseconds. */
export const LINK_LIFETIME_MS: Readonly<Record<LinkPurpose, number>> = {
  login: 10 * 60_000,
  password: 24 * 3_600_000,
};

/** What is kept of a link: enough to know it again, and too little to make it. */
export interface StoredLink {
  /** Of its secret: SHA-256 in base64url. */
  readonly hash: string;
  readonly expiresAt: string;
  /** Kept, so that a second use is noticed. */
  readonly usedAt?: string;
}

/** How a link stands. */
export type LinkState = "good" | "unknown" | "expired" | "used";

const ID_CHARACTERS = 26;

/** A token, and what is kept of it. */
export function newLink(
  userId: string,
  expiresAt: string,
  secret: Uint8Array,
): { readonly token: string; readonly link: StoredLink } {
  const text = secret.toBase64({ alphabet: "base64url", omitPadding: true });
  return { token: `${userId}${text}`, link: { hash: hashOf(text), expiresAt } };
}

/** The user whose link a token is, if it is one. */
export function userOfToken(token: string): string {
  return token.slice(0, ID_CHARACTERS);
}

/** How the link of a token stands, beside what is kept of it. */
export function linkState(token: string, link: StoredLink | undefined, now: string): LinkState {
  if (link === undefined || hashOf(token.slice(ID_CHARACTERS)) !== link.hash) return "unknown";
  if (link.usedAt !== undefined) return "used";
  return link.expiresAt > now ? "good" : "expired";
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
