import type { Context, MiddlewareHandler } from "hono";
import { doneWithin } from "../../runtime/nats/done_within.ts";
import type { PageEnv } from "./page_env.ts";

type Answer = Response | Promise<Response>;
/** Makes the answer to a request that is refused. */
export type Refuse<Env extends PageEnv, Status extends number> = (
  context: Context<Env>,
  status: Status,
  why: string,
) => Answer;

/** Bodies that are on their way at once. Each takes memory, however little of it has come. */
const MOST_BODIES = 100;
/** Milliseconds that a body may take. */
const BODY_MS = 10_000;

/** What each answer of each page says. */
const HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Links are secrets, and so is what a page says.
  "Cache-Control": "no-store",
};

/**
 * What every answer says to the browser. Cookies stay within TLS where people come by it.
 *
 * @param origin where the pages are
 * @param policies `Content-Security-Policy` and `Referrer-Policy`
 */
export function secureHeaders<Env extends PageEnv>(
  origin: string,
  policies: Readonly<Record<"Content-Security-Policy" | "Referrer-Policy", string>>,
): MiddlewareHandler<Env> {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    // What is of somebody else has a stricter policy of its own.
    for (const [name, value] of Object.entries(policies)) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (!origin.startsWith("https:")) return;
    const cookies = headers.getSetCookie();
    headers.delete("Set-Cookie");
    for (const cookie of cookies) headers.append("Set-Cookie", `${cookie}; Secure`);
  };
}

/**
 * Refuses requests under another name, which a page elsewhere could have pointed here.
 *
 * @param origin where the pages are
 */
export function onlyHost<Env extends PageEnv>(
  origin: string,
  refuse: Refuse<Env, 421>,
): MiddlewareHandler<Env> {
  const { host } = new URL(origin);
  return async (context, next) => {
    if (context.req.header("Host") === host) return await next();
    return refuse(context, 421, `This is ${origin}, and nothing else.`);
  };
}

/** Which bodies are read. */
export interface BodyLimits {
  /** Bytes that a body may have at a path. */
  readonly mostBytes: (path: string) => number;
  /** Milliseconds that it may take; ten seconds unless given. */
  readonly mostMs?: number;
}

/**
 * Reads bodies. Refuses those that are larger than any that is meant, do not say how large they are, or are
 * too slow, and more than a few at once.
 */
export function boundedBody<Env extends PageEnv>(
  refuse: Refuse<Env, 408 | 413 | 503>,
  { mostBytes, mostMs = BODY_MS }: BodyLimits,
): MiddlewareHandler<Env> {
  let onTheirWay = 0;
  return async (context, next) => {
    const { method, path, raw } = context.req;
    if (method !== "POST" || raw.body === null) return await next();
    const length = Number(context.req.header("Content-Length") ?? NaN);
    const isBounded = length <= mostBytes(path) &&
      context.req.header("Transfer-Encoding") === undefined;
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
