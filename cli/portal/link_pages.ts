import type { Context } from "hono";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { messagePage, sentence } from "./layout.ts";

const AGAIN = "Ask again in the app or the terminal for a new one.";

/** Says that a link leads nowhere. */
export function unknownLink(context: Context) {
  const why = "It is older than ten minutes, or was never given.";
  return context.html(messagePage("This link does not work", why, AGAIN), 404);
}

/** Says that a link has led somewhere already. */
export function usedLink(context: Context) {
  return context.html(messagePage("This link was used", "It works once.", AGAIN), 410);
}

/** Says that a login goes on only where it was begun. */
export function passedOnLink(context: Context) {
  const why = "An app has begun this login in another browser.";
  const next = "Open the app itself, and log in there.";
  return context.html(messagePage("This link was passed on", why, next), 403);
}

/** Says why a link of a user is good for nothing. */
export function refusedLink(context: Context, error: AuthorityError) {
  const status = error.code === "link_refused" ? 410 : 503;
  return context.html(messagePage("This link does not work", sentence(error)), status);
}

/** Says that somebody has chosen how they sign in. */
export function savedPage(context: Context, name: string) {
  return context.html(messagePage(
    "Saved",
    `${name} can log in now, for example in a terminal: trellis login. You can close this page.`,
  ));
}
