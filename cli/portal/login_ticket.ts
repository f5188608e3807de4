import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import { isSameSecret } from "../pages/same_secret.ts";
import type { SignedIn } from "./login_record.ts";
import { hasTicket, type Login, type Logins } from "./logins.ts";

/** Remembers in a browser who has signed in, for one link. */
const COOKIE = "trellis_login";
/** Remembers in a browser that a page has begun a login there. */
const PAGE_COOKIE = "trellis_page";

/**
 * Notes who has signed in for a login in this browser, and answers where it goes on; undefined where
 * somebody else was faster.
 */
export async function keepSignedIn(
  context: Context,
  { login, logins }: { readonly login: Login; readonly logins: Logins },
  user: UserRecord,
): Promise<string | undefined> {
  const ticket = await logins.signIn(login, user);
  return ticket && keep(context, login, COOKIE, ticket);
}

/** Notes that a page has begun a login in this browser, and answers where it goes on. */
export function keepBegun(context: Context, login: Login): string {
  return keep(context, login, PAGE_COOKIE, login.ticket);
}

/** Whether a login may go on in this browser: one that leads back to a page only where that has begun it. */
export function isBegun({ request: { page }, ticket }: Login, context: Context): boolean {
  return page?.returnTo === undefined || isSameSecret(getCookie(context, PAGE_COOKIE), ticket);
}

function keep(context: Context, { id }: Login, name: string, secret: string): string {
  const path = `/login/${id}`;
  setCookie(context, name, secret, { httpOnly: true, sameSite: "Strict", path });
  return path;
}

/** Who has signed in for a login in this browser. */
export function personOf({ person }: Login, context: Context): SignedIn | undefined {
  const ticket = getCookie(context, COOKIE) ?? "";
  return person !== undefined && hasTicket(person, ticket) ? person : undefined;
}
