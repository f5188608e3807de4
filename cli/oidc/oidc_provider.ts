import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
} from "openid-client";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { OutsideProfile } from "../../reconcile/users/outside_identity.ts";
import { invalidAnswer, NoAnswer, type OidcRefusal, oidcRefusal } from "./oidc_refusal.ts";
import { isLocalIssuer, type OidcSettings } from "./oidc_settings.ts";

/** Seconds that a provider has for an answer. */
const TIMEOUT_S = 10;
/** As OpenID Connect Core bounds it. */
const LONGEST_SUBJECT = 255;
const LONGEST_CLAIM = 320;

/** A login that was begun, as this process remembers it until the browser comes back. */
export interface BegunLogin {
  /** Where the browser goes. */
  readonly url: string;
  readonly redirectUri: string;
  /** Comes back with the browser, and names this login. */
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** A provider of OpenID Connect: authorization code, PKCE, state and nonce. */
export class OidcProvider {
  readonly #secret: string | undefined;
  #found: Promise<Configuration> | undefined;
  /** How it is set up. */
  readonly settings: OidcSettings;

  /** @param secret of the client, where it has one */
  constructor(settings: OidcSettings, secret: string | undefined) {
    this.settings = settings;
    this.#secret = secret;
  }

  /** How people call it. */
  get title(): string {
    return this.settings.title ?? this.settings.name;
  }

  /** Asks the provider for its addresses, and begins nothing. */
  async check(): Promise<Result<void, OidcRefusal>> {
    return (await this.begin(this.settings.issuer, "")).map(() => {});
  }

  /** Begins a login. The state must be one that nobody can guess. */
  begin(redirectUri: string, state: string): Promise<Result<BegunLogin, OidcRefusal>> {
    return this.#attempt(async () => {
      const nonce = randomNonce();
      const verifier = randomPKCECodeVerifier();
      const { href } = buildAuthorizationUrl(await this.#configuration(), {
        redirect_uri: redirectUri,
        scope: "openid profile email",
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      return { url: href, redirectUri, state, nonce, verifier };
    });
  }

  /**
   * Who the person is with whom the browser comes back.
   *
   * @param search the query of the address, as `?code=…&state=…`
   */
  async finish(search: string, begun: BegunLogin): Promise<Result<OutsideProfile, OidcRefusal>> {
    const answer = new URL(begun.redirectUri);
    answer.search = search;
    const proved = (await this.#attempt(async () => {
      const configuration = await this.#configuration();
      const tokens = await authorizationCodeGrant(configuration, answer, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const asksMore = claims !== undefined && claims.email === undefined &&
        configuration.serverMetadata().userinfo_endpoint !== undefined;
      // Many providers keep the address out of the token.
      const info = asksMore
        ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : undefined;
      return { issuer: configuration.serverMetadata().issuer, claims, info };
    })).take();
    if (isErr(proved)) return proved;
    const { issuer, claims, info } = proved;
    if (claims === undefined || claims.iss !== issuer || !isSubject(claims.sub)) {
      return err(invalidAnswer(this.title, "the ID token names another issuer, or nobody"));
    }
    return ok({ issuer, subject: claims.sub, ...profileOf({ ...info, ...claims }) });
  }

  /** Found at the first use, and again after a failure: the provider may have moved. */
  #configuration(): Promise<Configuration> {
    const { issuer, clientId } = this.settings;
    const local = isLocalIssuer(issuer) ? [allowInsecureRequests] : [];
    return this.#found ??= discovery(new URL(issuer), clientId, {}, this.#authenticate(), {
      // The signature of the ID token is checked, too, not only the way on which it came.
      execute: [...local, enableNonRepudiationChecks],
      timeout: TIMEOUT_S,
      [customFetch]: fetchOrSay,
    });
  }

  #authenticate(): ClientAuth {
    const secret = this.#secret;
    if (secret === undefined) return None();
    const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
    return (server, ...request) => {
      const methods = server.token_endpoint_auth_methods_supported;
      const takesBasic = methods === undefined || methods.includes("client_secret_basic");
      (takesBasic ? basic : post)(server, ...request);
    };
  }

  async #attempt<T>(act: () => Promise<T>): Promise<Result<T, OidcRefusal>> {
    try {
      return ok(await act());
    } catch (cause) {
      this.#found = undefined;
      return err(oidcRefusal(cause, this.title));
    }
  }
}

/** Tells a network that fails apart from a bug. */
const fetchOrSay: CustomFetch = async (url, { body, ...options }) => {
  try {
    // The types know a view of shared memory, which is never sent.
    return await fetch(url, {
      ...options,
      body: body instanceof Uint8Array ? new Uint8Array(body) : body,
    });
  } catch (cause) {
    throw new NoAnswer(`no answer from ${new URL(url).host}`, { cause });
  }
};

function isSubject(subject: string): boolean {
  return subject !== "" && subject.length <= LONGEST_SUBJECT && subject.isWellFormed();
}

function profileOf(
  claims: Readonly<Record<string, unknown>>,
): Pick<OutsideProfile, "name" | "email" | "emailVerified"> {
  const { name, email, email_verified: emailVerified } = claims;
  const isText = (value: unknown) => typeof value === "string" && value.length <= LONGEST_CLAIM;
  return {
    ...(isText(name) ? { name: String(name) } : {}),
    ...(isText(email) ? { email: String(email), emailVerified: emailVerified === true } : {}),
  };
}
