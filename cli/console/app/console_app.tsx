/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { boundedBody, onlyHost, secureHeaders } from "../../pages/guards.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { showBarePage, showPage } from "../layout/page.tsx";
import { type LoginParts, loginRoutes } from "../login/login_routes.ts";
import { withVisitor } from "../login/with_visitor.tsx";
import { ASSETS } from "./assets.ts";
import { mostBytes, onlyConsole, policies } from "./console_guards.ts";
import { topicRoutes } from "./topics.ts";

/** What the Console stands on. */
export interface ConsoleParts extends LoginParts {
  /** Where it is, as `http://127.0.0.1:41235`: it answers under no other name. */
  readonly origin: string;
  /** Where people log in; undefined where nobody does. */
  readonly portal: string | undefined;
  /** Told of what failed; whoever asked is told no more than that. */
  readonly onError: (cause: unknown) => void;
}

/** All pages of the Console. */
export function consoleApp(parts: ConsoleParts): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.use(secureHeaders(parts.origin, policies(parts.portal)));
  app.use(onlyHost(parts.origin, refuse));
  app.use(onlyConsole(parts.origin, refuse));
  app.use(boundedBody(refuse, { mostBytes }));
  for (const [path, { type, text }] of Object.entries(ASSETS)) {
    app.get(path, (context) => context.body(text, 200, { "Content-Type": type }));
  }
  app.get("/favicon.ico", (context) => context.body(null, 204));
  app.route("/", loginRoutes(parts));
  app.use(withVisitor(parts));
  app.get("/", (context) => context.redirect("/services", 303));
  for (const [topic, routes] of Object.entries(topicRoutes())) app.route(`/${topic}`, routes);
  app.notFound((context) => {
    const title = "There is no such page";
    const children = (
      <p>
        What was here may be gone. <a href="/">Go to the first page</a>.
      </p>
    );
    return context.var.visitor === undefined
      ? showBarePage(context, { title, children }, 404)
      : showPage(context, { title, topic: undefined, children }, 404);
  });
  app.onError((cause, context) => {
    parts.onError(cause);
    const title = "That failed";
    const children = <p>Something failed here. The log of Trellis says what.</p>;
    return context.var.visitor === undefined
      ? showBarePage(context, { title, children }, 500)
      : showPage(context, { title, topic: undefined, children }, 500);
  });
  return app;
}

function refuse(
  context: Context<ConsoleEnv>,
  status: 403 | 405 | 408 | 413 | 421 | 503,
  why: string,
): Response | Promise<Response> {
  return showBarePage(context, { title: "Refused", children: <p>{why}</p> }, status);
}
