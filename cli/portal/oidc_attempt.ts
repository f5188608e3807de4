import { isRecord } from "../../contracts/json/json.ts";
import type { BegunLogin } from "../oidc/oidc_provider.ts";
import type { PortalSecret } from "./portal_secret.ts";

/** What somebody has a link for, and where they go on behind the provider. */
export type OidcPurpose =
  /** The id of a login. */
  | { readonly login: string }
  /** The token of a link to choose how they sign in. */
  | { readonly invitation: string };

/** A browser that is at a provider. */
export interface OidcAttempt {
  /** Comes back with the browser; nobody can guess it. */
  readonly state: string;
  readonly provider: string;
  readonly purpose: OidcPurpose;
  /** What the answer is checked against. */
  readonly begun: BegunLogin;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** How long a browser may stay at a provider. */
export const ATTEMPT_MS = 10 * 60_000;

/**
 * An attempt for the browser that begins it, which brings it back: another browser does not go on with it,
 * and whichever process gets it can. The browser cannot read it.
 */
export function sealAttempt(secret: PortalSecret, attempt: OidcAttempt): string {
  return secret.seal("oidc", attempt);
}

/** The attempt that a browser brings back, for the `state` that comes with it; undefined where it is none. */
export function openAttempt(
  secret: PortalSecret,
  sealed: string,
  { state, provider, now }: {
    readonly state: string;
    readonly provider: string;
    readonly now: number;
  },
): OidcAttempt | undefined {
  const opened = secret.open("oidc", sealed);
  // Nobody else can have sealed it.
  const attempt = isRecord(opened) ? opened as object as OidcAttempt : undefined;
  const isTheirs = attempt?.state === state && attempt.provider === provider;
  return isTheirs && attempt.until > now ? attempt : undefined;
}
