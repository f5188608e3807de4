import { Hono } from "hono";
import type { ConsoleEnv } from "../../../cli/console/console_env.ts";
import type { Visitor } from "../../../cli/console/visitor.ts";

/** Pages of the Console for a visitor, as the server has them behind its guards. */
export function appFor(visitor: Visitor, path: string, routes: Hono<ConsoleEnv>): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.use(async (context, next) => {
    context.set("visitor", visitor);
    await next();
  });
  return app.route(path, routes);
}

/** Sends a form. */
export function posted(form: Readonly<Record<string, string>>): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  };
}
