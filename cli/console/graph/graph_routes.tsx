/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { Hono } from "hono";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { recordChanges } from "../deployments/record_changes.ts";
import { readablePlan, readWaitingPlans } from "../deployments/waiting_plans.ts";
import { showProblem } from "../deployments/show_problem.ts";
import { liveRoute } from "../layout/live_route.ts";
import { showPage } from "../layout/page.tsx";
import { Live } from "../layout/parts.tsx";
import type { Visitor } from "../visitor.ts";
import { GraphPage } from "./graph_page.tsx";
import { type UsageGraph, usageGraph } from "./usage_graph.ts";

/** Who uses whom, under `/services/graph`. */
export function graphRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", async (context) => {
    const graph = (await readGraph(context.var.visitor)).take();
    if (isErr(graph)) return await showProblem(context, graph.error);
    return await showPage(context, {
      title: "Who uses whom",
      topic: "services",
      trail: [{ text: "Admin → Services", href: "/services" }],
      children: (
        <Live id="graph" from="/services/graph/live">
          <GraphPage graph={graph} />
        </Live>
      ),
    });
  });
  app.get("/live", (context) => {
    const { visitor } = context.var;
    return liveRoute(
      context,
      async () => <GraphPage graph={(await readGraph(visitor)).orThrow()} />,
      (signal) => recordChanges(visitor, signal),
    );
  });
  return app;
}

async function readGraph(
  { authority }: Pick<Visitor, "authority">,
): Promise<Result<UsageGraph, AuthorityError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const plans = await readWaitingPlans(records, authority);
  // What cannot be read breaks nothing that could be drawn; its page says what is wrong.
  const readable = [...plans].flatMap(([deployment, waiting]) => {
    const plan = readablePlan(waiting);
    return plan === undefined ? [] : [[deployment, plan] as const];
  });
  return ok(usageGraph(records, new Map(readable)));
}
