import type { Context, MiddlewareHandler } from "hono";
import { doneWithin } from "../../runtime/nats/done_within.ts";

/** What a request brings beside itself. */
export interface PortalEnv {
  readonly Bindings: {
    /** Where it comes from. */
    readonly address: string;
  };
}

type Answer = Response | Promise<Response>;

/** Bytes of a form. */
const MAX_FORM = 8 * 1024;
/** Bytes of what a program sends: a contract is part of it. */
const MAX_API_BODY = 128 * 1024;
/** Bodies that are on their way at once. Each takes memory, however little of it has come. */
const MOST_BODIES = 100;
/** Milliseconds that a body may take. */
const BODY_MS = 10_000;

/** Pages load their style sheet, send their forms to where they come from, and nothing else. */
const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'",
  // Without it a form would be sent with the origin "null".
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Links are secrets, and so is what a page says.
  "Cache-Control": "no-store",
};

/**
 * What every answer says to the browser. Cookies stay within TLS where people come by it.
 *
 * @param origin where the portal is
 */
export function secureHeaders(origin: string): MiddlewareHandler<PortalEnv> {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    if (!origin.startsWith("https:")) return;
    const cookies = headers.getSetCookie();
    headers.delete("Set-Cookie");
    for (const cookie of cookies) headers.append("Set-Cookie", `${cookie}; Secure`);
  };
}

/**
 * Refuses requests under another name, which a page elsewhere could have pointed here, and posts that
 * another page sends. Programs send no origin, and no form goes to where they post.
 *
 * @param origin where the portal is
 * @param pageOrigins of pages that may ask for logins
 * @param refuse makes the answer
 */
export function onlyFrom(
  origin: string,
  pageOrigins: readonly string[],
  refuse: (context: Context<PortalEnv>, status: 403 | 421, why: string) => Answer,
): MiddlewareHandler<PortalEnv> {
  const { host } = new URL(origin);
  return async (context, next) => {
    const { method, path } = context.req;
    if (context.req.header("Host") !== host) {
      return refuse(context, 421, `This is ${origin}, and nothing else.`);
    }
    const sender = context.req.header("Origin");
    const isApi = path.startsWith("/api/");
    const isRead = method === "GET" || method === "HEAD";
    if (sender === origin || (sender === undefined && (isApi || isRead))) return await next();
    const isForPages = isApi || path.startsWith("/begin/");
    if (sender !== undefined && isForPages && pageOrigins.includes(sender)) return await next();
    if (isRead && !isApi) return await next();
    return refuse(context, 403, "Another page has sent this. Nothing was done.");
  };
}

/**
 * Reads bodies. Refuses those that are larger than any that is meant, do not say how large they are, or are
 * too slow, and more than a few at once.
 *
 * @param refuse makes the answer
 * @param mostMs milliseconds that a body may take; ten seconds unless given
 */
export function boundedBody(
  refuse: (context: Context<PortalEnv>, status: 408 | 413 | 503, why: string) => Answer,
  mostMs = BODY_MS,
): MiddlewareHandler<PortalEnv> {
  let onTheirWay = 0;
  return async (context, next) => {
    const { method, path, raw } = context.req;
    if (method !== "POST" || raw.body === null) return await next();
    const most = path.startsWith("/api/") ? MAX_API_BODY : MAX_FORM;
    const length = Number(context.req.header("Content-Length") ?? NaN);
    const isBounded = length <= most && context.req.header("Transfer-Encoding") === undefined;
    if (!isBounded) return await refuse(context, 413, "That is too large.");
    if (onTheirWay >= MOST_BODIES) {
      return await refuse(context, 503, "Too many are here at this moment. Try again in a minute.");
    }
    onTheirWay++;
    // Hono keeps the text for who asks next.
    const isHere = await doneWithin(context.req.text(), mostMs);
    onTheirWay--;
    return isHere ? await next() : await refuse(context, 408, "That took too long to arrive.");
  };
}
