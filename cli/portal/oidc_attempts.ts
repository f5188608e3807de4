import { randomBytes } from "node:crypto";
import { Expiring } from "../pages/expiring.ts";
import type { BegunLogin } from "../oidc/oidc_provider.ts";

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
  /** Is in a cookie of the browser that began: another one does not go on with it. */
  readonly secret: string;
  readonly provider: string;
  readonly purpose: OidcPurpose;
  /** What the answer is checked against. */
  begun?: BegunLogin;
}

/** How long a browser may stay at a provider. */
export const ATTEMPT_MS = 10 * 60_000;
const MOST_ATTEMPTS = 1000;

/** The browsers that are at providers. Each comes back once. */
export class OidcAttempts {
  readonly #attempts: Expiring<OidcAttempt>;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#attempts = new Expiring({ lifetimeMs: ATTEMPT_MS, most: MOST_ATTEMPTS, now });
  }

  /** Notes that a browser goes to a provider; undefined when too many are there. */
  add(provider: string, purpose: OidcPurpose): OidcAttempt | undefined {
    const secret = randomBytes(24).toString("base64url");
    return this.#attempts.add((state) => ({ state, secret, provider, purpose }));
  }

  /**
   * The attempt that a browser comes back from, for the last time; undefined where there is none any more,
   * or it is not that browser's.
   */
  take(
    state: string,
    provider: string,
    hasSecret: (secret: string) => boolean,
  ): OidcAttempt | undefined {
    const attempt = this.#attempts.get(state);
    // Somebody else must not use it up.
    if (attempt?.provider !== provider || !hasSecret(attempt.secret)) return undefined;
    return this.#attempts.take(state);
  }

  /** Forgets a browser that did not get to its provider. */
  forget({ state }: OidcAttempt): void {
    this.#attempts.take(state);
  }
}
