import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "openid-client";

/** Why a provider has not proved who somebody is. */
export interface OidcRefusal {
  readonly code:
    /** It does not answer, or not as a provider does. */
    | "provider_unreachable"
    /** The person, or the provider, has said no. */
    | "provider_refused"
    /** It does not know this client, or the settings are wrong in another way. */
    | "provider_setup"
    /** What came back proves nothing. */
    | "answer_invalid";
  /** For the person. */
  readonly message: string;
  readonly hint: string;
  /** For whoever runs Trellis: what it was exactly, without anything secret. */
  readonly reason: string;
}

/** A request that nobody has answered. */
export class NoAnswer extends Error {}

const UNREACHABLE: ReadonlySet<string | undefined> = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_PARSE_ERROR",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
]);
const SETUP: ReadonlySet<string | undefined> = new Set([
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
  "OAUTH_MISSING_SERVER_METADATA",
  "OAUTH_INVALID_SERVER_METADATA",
  "OAUTH_HTTP_REQUEST_FORBIDDEN",
  "OAUTH_REQUEST_PROTOCOL_FORBIDDEN",
]);
/** What providers answer where somebody did not sign in. */
const SAID_NO: ReadonlySet<string> = new Set([
  "access_denied",
  "account_selection_required",
  "consent_required",
  "interaction_required",
  "login_required",
]);
const BUSY: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

/**
 * Why a login by a provider has failed. Throws what is no failure but a bug.
 *
 * @param title how people call the provider
 */
export function oidcRefusal(cause: unknown, title: string): OidcRefusal {
  if (cause instanceof AuthorizationResponseError) {
    const reason = `the provider has answered ${errorName(cause.error)}`;
    if (SAID_NO.has(cause.error)) return saidNo(title, reason);
    return BUSY.has(cause.error) ? unreachable(title, reason) : setup(title, reason);
  }
  if (cause instanceof WWWAuthenticateChallengeError) {
    return setup(title, `the provider does not accept this client (${cause.status})`);
  }
  if (cause instanceof ResponseBodyError) {
    const reason = `the provider has answered ${errorName(cause.error)} (${cause.status})`;
    if (cause.error === "invalid_grant") return invalidAnswer(title, reason);
    return cause.status >= 500 ? unreachable(title, reason) : setup(title, reason);
  }
  const inner = cause instanceof ClientError ? cause.cause : cause;
  if (inner instanceof NoAnswer) return unreachable(title, inner.message);
  const code = codeOf(cause);
  if (!(cause instanceof Error) || code === undefined) throw cause;
  const reason = `${cause.message} (${code})`;
  if (UNREACHABLE.has(code)) return unreachable(title, reason);
  return SETUP.has(code) ? setup(title, reason) : invalidAnswer(title, reason);
}

/** A provider that says who somebody is, and not by what was agreed. */
export function invalidAnswer(title: string, reason: string): OidcRefusal {
  return {
    code: "answer_invalid",
    message: `what came back from ${title} does not prove who you are`,
    hint: "begin again; an answer is good for one use, and for a few minutes",
    reason,
  };
}

function saidNo(title: string, reason: string): OidcRefusal {
  return {
    code: "provider_refused",
    message: `you were not signed in by ${title}`,
    hint: "begin again, or sign in another way",
    reason,
  };
}

function unreachable(title: string, reason: string): OidcRefusal {
  return {
    code: "provider_unreachable",
    message: `${title} cannot be reached`,
    hint: "try again in a minute, or sign in another way",
    reason,
  };
}

function setup(title: string, reason: string): OidcRefusal {
  return {
    code: "provider_setup",
    message: `signing in by ${title} is not set up as it must be`,
    hint:
      "sign in another way, and tell whoever runs this: `trellis oidc check` says what is wrong",
    reason,
  };
}

/** The library does not export all of its classes. */
function codeOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && code.startsWith("OAUTH_") ? code : undefined;
}

/** What a provider calls an error; it could write anything there. */
function errorName(error: string): string {
  return /^[\w.-]{1,60}$/.test(error) ? error : "an error without a usable name";
}
