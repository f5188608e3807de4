import type { MiddlewareHandler } from "hono";
import type { Refuse } from "../pages/guards.ts";
import type { PageEnv } from "../pages/page_env.ts";

/** Bytes of a form. */
const MAX_FORM = 8 * 1024;
/** Bytes of what a program sends: a contract is part of it. */
const MAX_API_BODY = 128 * 1024;

/** Pages load their style sheet, send their forms to where they come from, and nothing else. */
export const POLICIES = {
  "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'",
  // Without it a form would be sent with the origin "null".
  "Referrer-Policy": "same-origin",
} as const;

/** Bytes that a body may have. */
export function mostBytes(path: string): number {
  return path.startsWith("/api/") ? MAX_API_BODY : MAX_FORM;
}

/**
 * Refuses posts that another page sends. Programs send no origin, and no form goes to where they post.
 *
 * @param origin where the portal is
 * @param pageOrigins of pages that may ask for logins
 * @param refuse makes the answer
 */
export function onlyFrom(
  origin: string,
  pageOrigins: readonly string[],
  refuse: Refuse<PageEnv, 403>,
): MiddlewareHandler<PageEnv> {
  return async (context, next) => {
    const { method, path } = context.req;
    const sender = context.req.header("Origin");
    const isApi = path.startsWith("/api/");
    const isRead = method === "GET" || method === "HEAD";
    if (sender === origin || (sender === undefined && (isApi || isRead))) return await next();
    if (sender !== undefined && isApi && pageOrigins.includes(sender)) return await next();
    // The login says which page may send this: that was looked at when it was asked for.
    if (path.startsWith("/begin/")) return await next();
    if (isRead && !isApi) return await next();
    return refuse(context, 403, "Another page has sent this. Nothing was done.");
  };
}
