import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isErr } from "../../../contracts/result.ts";
import { formOf } from "../../pages/form_of.ts";
import { isSameSecret } from "../../pages/same_secret.ts";
import type { ConsoleEnv } from "../console_env.ts";
import type { ConsoleLogins } from "./console_logins.ts";
import { type ConsoleLogin, type KeptLogins, LOGIN_MS } from "./kept_logins.ts";
import { showGoOn, showGoToPortal, showLoggedOut, showLogin, showNoLink } from "./login_pages.tsx";
import type { Visitors } from "./visitors.ts";

/** How people prove that they may see the Console. */
export type WayIn =
  /** They log in at the portal. */
  | { readonly kind: "portal"; readonly logins: ConsoleLogins }
  /** They have the link that was printed: the server lets in everybody, and nobody is asked who they are. */
  | { readonly kind: "link"; readonly token: string; readonly name: string };

/** What logins are made of. */
export interface LoginParts {
  readonly wayIn: WayIn;
  readonly kept: KeptLogins;
  readonly visitors: Visitors;
  /** The name of the cookie: browsers keep one jar for all ports of this machine. */
  readonly cookie: string;
}

/** Logging in and out. */
export function loginRoutes(parts: LoginParts): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  const { wayIn, kept, visitors } = parts;
  const loginOf = async (context: Context) => {
    const cookie = getCookie(context, parts.cookie) ?? "";
    return await readLogin(parts, cookie);
  };
  const keepLogin = async (context: Context, login: ConsoleLogin) => {
    setCookie(context, parts.cookie, await kept.add(login), { ...COOKIE, maxAge: LOGIN_MS / 1000 });
  };

  app.get("/", async (context, next) => {
    const given = context.req.query("token");
    if (given === undefined) return await next();
    if (wayIn.kind === "portal" || await loginOf(context) !== undefined) {
      return context.redirect("/", 303);
    }
    if (!isSameSecret(given, wayIn.token)) return showNoLink(context, true);
    await keepLogin(context, { name: wayIn.name });
    // The token does not stay in the address.
    return context.redirect("/", 303);
  });
  app.get("/login", async (context) => {
    if (await loginOf(context) !== undefined) return context.redirect("/", 303);
    return wayIn.kind === "link"
      ? showNoLink(context, false)
      : showLogin(context, { next: pathIn(context.req.query("next")) });
  });
  app.post("/logout", async (context) => {
    const cookie = getCookie(context, parts.cookie) ?? "";
    const held = (await visitors.hold(cookie, () => readLogin(parts, cookie))).take();
    if (!isErr(held)) await held?.logOut();
    await forgetLogin(context, parts);
    return context.redirect("/logged-out", 303);
  });
  app.get("/logged-out", (context) => showLoggedOut(context, wayIn.kind === "portal"));
  if (wayIn.kind === "link") return app;

  const { logins } = wayIn;
  const ticketCookie = `${parts.cookie}_ticket`;
  app.post("/login", async (context) => {
    const next = pathIn((await formOf(context)).next);
    if (await loginOf(context) !== undefined) return context.redirect(next, 303);
    const begun = (await logins.begin(next, context.env.address)).take();
    if (isErr(begun) || begun === undefined) {
      return showLogin(context, { next, problem: begun?.error ?? TOO_MANY }, 503);
    }
    setCookie(context, ticketCookie, begun.ticket, { ...COOKIE, path: "/login", maxAge: 600 });
    return showGoToPortal(context, begun.url);
  });
  app.get("/login/back", (context) => showGoOn(context, "/login/done"));
  app.get("/login/done", async (context) => {
    const pending = logins.get(getCookie(context, ticketCookie) ?? "");
    if (pending === undefined) return context.redirect("/", 303);
    const { key, next, ticket } = pending;
    const progress = (await logins.progress(pending)).take();
    if (isErr(progress)) return showLogin(context, { next, problem: progress.error }, 503);
    const { state, name } = progress;
    if (state !== "bound") return showLogin(context, { next, problem: WHY[state] }, 403);
    logins.forget(ticket);
    deleteCookie(context, ticketCookie, { path: "/login" });
    await keepLogin(context, { key, name });
    return context.redirect(next, 303);
  });
  return app;
}

/** The login behind a cookie: of a server as this one, which asks who one is or does not. */
export async function readLogin(
  { kept, wayIn }: LoginParts,
  cookie: string,
): Promise<ConsoleLogin | undefined> {
  const login = await kept.read(cookie);
  return (login?.key !== undefined) === (wayIn.kind === "portal") ? login : undefined;
}

/** Forgets the login of a browser, here and there. */
export async function forgetLogin(context: Context, parts: LoginParts): Promise<void> {
  const cookie = getCookie(context, parts.cookie) ?? "";
  deleteCookie(context, parts.cookie, { path: "/" });
  await parts.kept.remove(cookie);
  await parts.visitors.close(cookie);
}

const COOKIE = { httpOnly: true, sameSite: "Strict", path: "/" } as const;

/** A path of the Console that somebody asks to be sent to; its first page where it is none. */
function pathIn(given: string | undefined): string {
  const base = "http://console.invalid";
  if (given === undefined || !given.startsWith("/") || !URL.canParse(given, base)) return "/";
  const { origin, pathname, search } = new URL(given, base);
  return origin === base ? pathname + search : "/";
}

const TOO_MANY = {
  message: "too many logins wait at this moment",
  hint: "try again in a minute",
};

const WHY = {
  waiting: { message: "the login was not finished", hint: "log in again" },
  refused: { message: "the login was refused", hint: "log in again if that was a mistake" },
  expired: {
    message: "the login took longer than ten minutes, or Trellis was started again",
    hint: "log in again",
  },
} as const;
