/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { isErr } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { LoginForm, showLogin, showNoLink, showProblem } from "./login_pages.tsx";
import { forgetLogin, type LoginParts, readLogin } from "./login_routes.ts";

/** Milliseconds after which a page is given up. */
const PAGE_MS = 30_000;
/** Seconds after which a browser tries again by itself. */
const RETRY_S = 5;

/** Lets in who is logged in, with a connection of their own; others are told how to log in. */
export function withVisitor(parts: LoginParts): MiddlewareHandler<ConsoleEnv> {
  return async (context, next) => {
    const cookie = getCookie(context, parts.cookie) ?? "";
    const held = (await parts.visitors.hold(cookie, () => readLogin(parts, cookie))).take();
    if (isErr(held)) return await showRefusal(context, held.error, parts);
    if (held === undefined) return showEntrance(context, parts);
    const { visitor, isUp, release } = held;
    if (!isUp()) {
      release();
      return showUnreachable(context, DOWN);
    }
    context.set("visitor", visitor);
    if (!await doneInTime(next())) {
      release();
      return showUnreachable(context, SLOW, 504);
    }
    context.res = withEnd(context.res, release);
  };
}

/** Whether work is done in time; it may fail. */
async function doneInTime(work: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), PAGE_MS));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same answer, and it is told when all of it was sent, or nobody reads it any more. */
function withEnd(response: Response, onEnd: () => void): Response {
  if (response.body === null) {
    onEnd();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      const { done, value } = await reader.read();
      if (!done) return stream.enqueue(value);
      onEnd();
      stream.close();
    },
    async cancel(reason) {
      onEnd();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(body, response);
}

/** Whoever is not logged in comes back to the page that they wanted. */
function showEntrance(
  context: Context<ConsoleEnv>,
  { wayIn }: LoginParts,
): Response | Promise<Response> {
  if (wayIn.kind === "link") return showNoLink(context, false);
  const { pathname, search } = new URL(context.req.url);
  const next = context.req.method === "GET" ? pathname + search : "/";
  return showLogin(context, { next }, 401);
}

async function showRefusal(
  context: Context<ConsoleEnv>,
  error: ExplainedError,
  parts: LoginParts,
): Promise<Response> {
  const { code } = error;
  if (code !== "not_logged_in" && code !== "trellis.permission.denied") {
    return showUnreachable(context, error);
  }
  await forgetLogin(context, parts);
  if (code === "not_logged_in") {
    const problem = { message: error.message, hint: "log in again" };
    return await showLogin(context, { next: "/", problem }, 401);
  }
  return await showProblem(context, {
    title: "The Console is for admins",
    problem: error,
    children: <LoginForm next="/" text="Log in as somebody else" />,
  }, 403);
}

/** It may be there again in a moment, and then the browser shows it by itself. */
function showUnreachable(
  context: Context<ConsoleEnv>,
  problem: Pick<ExplainedError, "message" | "hint" | "command">,
  status: 503 | 504 = 503,
): Response | Promise<Response> {
  if (context.req.method === "GET") context.header("Refresh", `${RETRY_S}`);
  return showProblem(context, {
    title: "Trellis cannot be reached",
    problem,
    children: <p>This page tries again by itself every few seconds.</p>,
  }, status);
}

const DOWN = {
  message: "the NATS server does not answer",
  hint: "see in the terminal of trellis dev or trellis start what has become of it",
};
const SLOW = { message: "this page took too long", hint: "try it again" };
