import type { MiddlewareHandler } from "hono";
import type { Refuse } from "../../pages/guards.ts";
import type { ConsoleEnv } from "../console_env.ts";

/** Bytes of a form; a value of a key may be part of it. */
const MAX_FORM = 4 * 1024 * 1024;

/** Pages load what is the Console's own, and send forms to it, and on to the portal. */
export function policies(portal: string | undefined) {
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      `form-action 'self'${portal === undefined ? "" : ` ${portal}`}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types console",
    ].join("; "),
    // The portal has to see which page sends a form; it sees no path.
    "Referrer-Policy": "strict-origin",
  };
}

/** Bytes that a body may have. */
export function mostBytes(): number {
  return MAX_FORM;
}

/**
 * Refuses what another page sends, or reads: also one of another port, which browsers take for the same site.
 * A link from elsewhere leads here.
 *
 * @param origin where the Console is
 * @param refuse makes the answer
 */
export function onlyConsole(
  origin: string,
  refuse: Refuse<ConsoleEnv, 403 | 405>,
): MiddlewareHandler<ConsoleEnv> {
  return async (context, next) => {
    const { method } = context.req;
    const sender = context.req.header("Origin");
    const isRead = method === "GET" || method === "HEAD";
    if (!isRead && method !== "POST") {
      return refuse(context, 405, "Nothing here is asked like that.");
    }
    // What a browser says by itself; other programs do not, and have no cookie.
    const from = context.req.header("Sec-Fetch-Site") ?? "none";
    const isLink = isRead && context.req.header("Sec-Fetch-Mode") === "navigate" &&
      context.req.header("Sec-Fetch-Dest") === "document";
    const isOurs = sender === origin || (sender === undefined && isRead);
    const isNear = from === "same-origin" || from === "none" || isLink;
    return isOurs && isNear
      ? await next()
      : refuse(context, 403, "Another page has sent this. Nothing was done.");
  };
}
