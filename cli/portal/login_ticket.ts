import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isSameSecret } from "../pages/same_secret.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import { type Login, signedIn } from "./logins.ts";

/** Remembers in a browser who has signed in, for one link. */
const COOKIE = "trellis_login";
/** Remembers in a browser that a page has begun a login there. */
const PAGE_COOKIE = "trellis_page";

/** Notes who has signed in for a login in this browser, and answers where it goes on. */
export function keepSignedIn(context: Context, login: Login, user: UserRecord): string {
  return keep(context, login, COOKIE, signedIn(login, user));
}

/** Notes that a page has begun a login in this browser, and answers where it goes on. */
export function keepBegun(context: Context, login: Login): string {
  return keep(context, login, PAGE_COOKIE, login.ticket);
}

/** Whether a login may go on in this browser: one that leads back to a page only where that has begun it. */
export function isBegun({ request: { page }, ticket }: Login, context: Context): boolean {
  return page?.returnTo === undefined || hasCookie(context, PAGE_COOKIE, ticket);
}

function keep(context: Context, { id }: Login, name: string, secret: string): string {
  const path = `/login/${id}`;
  setCookie(context, name, secret, { httpOnly: true, sameSite: "Strict", path });
  return path;
}

/** Who has signed in for a login in this browser. */
export function userOf({ person }: Login, context: Context): UserRecord | undefined {
  return hasCookie(context, COOKIE, person?.ticket) ? person?.user : undefined;
}

/** Whether the browser has a cookie with this secret. */
export function hasCookie(context: Context, name: string, secret: string | undefined): boolean {
  return isSameSecret(getCookie(context, name), secret);
}
