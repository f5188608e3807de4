/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { Hono } from "hono";
import { isErr } from "../../../contracts/result.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { showPage } from "../layout/page.tsx";
import { Problem, problemStatus } from "../layout/problem.tsx";
import { kvRoutes } from "./kv/kv_routes.tsx";
import { stateRoutes } from "./state/state_routes.tsx";
import { storeRoutes } from "./stores/store_routes.tsx";
import { readResources } from "./overview/read_resources.ts";
import { ResourcesPage } from "./overview/resources_page.tsx";

/** Pages of what services keep, and of what users, devices and agents keep. */
export function resourcesRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", async (context) => {
    const read = (await readResources(context.var.visitor)).take();
    const page = { title: "Resources", topic: "resources" } as const;
    if (isErr(read)) {
      const children = <Problem error={read.error} />;
      return showPage(context, { ...page, children }, problemStatus(read.error));
    }
    const children = <ResourcesPage resources={read} now={Date.now()} />;
    return showPage(context, { ...page, children });
  });
  app.route("/", kvRoutes());
  app.route("/", storeRoutes());
  app.route("/", stateRoutes());
  return app;
}
