/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { Hono } from "hono";
import { isErr } from "../../../contracts/result.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { recordChanges } from "../deployments/record_changes.ts";
import { showProblem } from "../deployments/show_problem.ts";
import { graphRoutes } from "../graph/graph_routes.tsx";
import { liveRoute } from "../layout/live_route.ts";
import { showPage } from "../layout/page.tsx";
import { Live } from "../layout/parts.tsx";
import { WaitingPlans } from "../plans/plan_lists.tsx";
import { planRoutes } from "../plans/plan_routes.tsx";
import { deploymentRoutes } from "./deployment_routes.tsx";
import { readServices, waitingPlans } from "./read_services.ts";
import { ServicesList, Unreadable } from "./services_page.tsx";

/** What is deployed, what waits for a decision, and who uses whom, under `/services`. */
export function servicesRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", async (context) => {
    const services = (await readServices(context.var.visitor)).take();
    if (isErr(services)) return await showProblem(context, services.error);
    return await showPage(context, {
      title: "Admin → Services",
      topic: "services",
      children: (
        <>
          <p class="ways">
            <a href="/services/plans">Plans that wait</a>{" "}
            <a href="/services/graph">Who uses whom</a>
          </p>
          <div class="sheet">
            <Live id="services" from="/services/live">
              <ServicesList {...services} />
            </Live>
          </div>
        </>
      ),
    });
  });
  app.get("/live", (context) => {
    const { visitor } = context.var;
    return liveRoute(
      context,
      async () => <ServicesList {...(await readServices(visitor)).orThrow()} />,
      (signal) => recordChanges(visitor, signal),
    );
  });
  app.get("/plans", async (context) => {
    const services = (await readServices(context.var.visitor)).take();
    if (isErr(services)) return await showProblem(context, services.error);
    const { plans, problems } = waitingPlans(services.rows);
    return await showPage(context, {
      title: "Plans that wait for a decision",
      topic: "services",
      trail: [{ text: "Admin → Services", href: "/services" }],
      children: (
        <div class="sheet">
          <WaitingPlans plans={plans} />
          <Unreadable problems={[...services.problems, ...problems]} />
        </div>
      ),
    });
  });
  app.route("/graph", graphRoutes());
  app.route("/:deployment/plans", planRoutes());
  app.route("/:deployment", deploymentRoutes());
  return app;
}
