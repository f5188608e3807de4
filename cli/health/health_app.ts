import { Hono } from "hono";
import type { HealthRoute } from "./health_route.ts";
import type { Readiness } from "./readiness.ts";

/**
 * Answers probes: `/livez` as long as this process does anything at all, `/readyz` with 200 or 503 and
 * the reasons.
 *
 * @param readiness asked at each request
 * @param routes what is answered beside that
 */
export function healthApp(
  readiness: () => Promise<Readiness>,
  routes: readonly HealthRoute[],
): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });
  app.get("/livez", (context) => context.json({ alive: true }));
  app.get("/readyz", async (context) => {
    const state = await readiness();
    return context.json(state, state.ready ? 200 : 503);
  });
  for (const route of routes) app.get(route.path, () => route.answer());
  app.notFound((context) => {
    const paths = ["/livez", "/readyz", ...routes.map(({ path }) => path)];
    return context.json({ paths }, 404);
  });
  app.onError((error, context) => context.json({ error: error.message }, 500));
  return app;
}
