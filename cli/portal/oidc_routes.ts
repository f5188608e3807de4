import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { randomBytes } from "node:crypto";
import { isErr } from "../../contracts/result.ts";
import { OutsideSignIn } from "../../reconcile/users/outside_sign_in.ts";
import type { LoginParts } from "./carry_out_login.ts";
import { formOf } from "../pages/form_of.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { messagePage, sentence } from "./layout.ts";
import type { Logins } from "./logins.ts";
import type { OtherWay } from "./other_ways.ts";
import { goOn } from "./go_on.ts";
import { ATTEMPT_MS, type OidcPurpose, openAttempt, sealAttempt } from "./oidc_attempt.ts";
import type { PortalSecret } from "./portal_secret.ts";
import { openErrand, type Trouble } from "./oidc_errand.ts";
import type { OidcProvider } from "../oidc/oidc_provider.ts";
import type { OidcRefusal } from "../oidc/oidc_refusal.ts";
import { redirectUriOf } from "../oidc/open_providers.ts";

/**
 * Binds a visit at a provider to the browser that began it. The provider sends it back from another site,
 * and there a Strict cookie stays behind; a Lax one comes along with a visit, and with no post.
 */
const COOKIE = "trellis_oidc";
const COOKIE_OPTIONS = { httpOnly: true, sameSite: "Lax", path: "/oidc" } as const;

/** What signing in by providers stands on. */
export interface OidcParts extends Pick<LoginParts, "now" | "platform"> {
  /** Where the portal is. */
  readonly origin: string;
  readonly providers: readonly OidcProvider[];
  readonly secret: PortalSecret;
  /** Told of what a provider did wrong. */
  readonly onError: (cause: unknown) => void;
}

/** The buttons by which people choose a provider. */
export function oidcWays(providers: readonly OidcProvider[]): readonly OtherWay[] {
  return providers.map(({ title, settings }) => ({
    title,
    action: `/oidc/${settings.name}/begin`,
  }));
}

/** Sends browsers to providers, and takes them back. */
export function oidcRoutes(parts: OidcParts, logins: Logins): Hono<PageEnv> {
  const { origin, providers, secret, now, platform: { users, audit, attempts }, onError } = parts;
  const app = new Hono<PageEnv>();
  const signIn = new OutsideSignIn({ users, audit, attempts });
  const errandParts = { users, logins, signIn, ways: oidcWays(providers) };
  const providerOf = (context: Context) =>
    providers.find(({ settings }) => settings.name === context.req.param("provider"));
  const troubleWith = ({ title }: OidcProvider, { code, message, hint, reason }: OidcRefusal) => {
    if (code !== "provider_refused") onError(new Error(`${title}: ${reason}`));
    const isTheirs = code === "provider_refused" || code === "answer_invalid";
    const status: Trouble["status"] = isTheirs ? 401 : 503;
    return { problem: sentence({ message, hint }), status };
  };

  app.post("/:provider/begin", async (context) => {
    const provider = providerOf(context);
    const purpose = purposeOf(await formOf(context));
    if (provider === undefined || purpose === undefined) return await context.notFound();
    const errand = await openErrand(context, purpose, errandParts);
    if (errand instanceof Response) return errand;
    const { name } = provider.settings;
    const state = randomBytes(24).toString("base64url");
    const begun = (await provider.begin(redirectUriOf(name, origin), state)).take();
    if (isErr(begun)) return errand.again(troubleWith(provider, begun.error));
    await errand.visits(state);
    const attempt = { state, provider: name, purpose, begun, until: now() + ATTEMPT_MS };
    const sealed = sealAttempt(secret, attempt);
    setCookie(context, COOKIE, sealed, { ...COOKIE_OPTIONS, maxAge: ATTEMPT_MS / 1000 });
    return goOn(context, provider.title, begun.url);
  });

  app.get("/:provider/callback", async (context) => {
    const provider = providerOf(context);
    if (provider === undefined) return await context.notFound();
    const { name, createUsers } = provider.settings;
    const state = context.req.query("state") ?? "";
    const brought = { state, provider: name, now: now() };
    const attempt = openAttempt(secret, getCookie(context, COOKIE) ?? "", brought);
    if (attempt === undefined) return context.html(OVER, 410);
    deleteCookie(context, COOKIE, COOKIE_OPTIONS);
    const errand = await openErrand(context, attempt.purpose, errandParts);
    if (errand instanceof Response) return errand;
    if (!await errand.comesBack(state)) return context.html(OVER, 410);
    const { search } = new URL(context.req.url);
    const profile = (await provider.finish(search, attempt.begun)).take();
    if (isErr(profile)) return errand.again(troubleWith(provider, profile.error));
    return await errand.proved({ profile, provider: { name, title: provider.title, createUsers } });
  });
  return app;
}

const OVER = messagePage(
  "This does not count any more",
  "It was used before, is older than ten minutes, or was begun in another browser.",
  "Go back to the page where you began, and choose again how you sign in.",
);

function purposeOf(
  { login, invitation }: Readonly<Partial<Record<string, string>>>,
): OidcPurpose | undefined {
  if (login !== undefined) return { login };
  return invitation === undefined ? undefined : { invitation };
}
