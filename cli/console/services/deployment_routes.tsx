/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { Requested } from "../../../reconcile/authority/request_plan.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { adviceText } from "../../program/command_text.ts";
import { userNames } from "../../program/named_users.ts";
import { printable } from "../../terminal/printable.ts";
import { reconciledLines } from "../../words/reconciled_lines.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { deploymentHref, deploymentOfPath, planHref } from "../deployments/deployment_href.ts";
import { recordChanges } from "../deployments/record_changes.ts";
import { showProblem } from "../deployments/show_problem.ts";
import { liveRoute } from "../layout/live_route.ts";
import { showPage } from "../layout/page.tsx";
import { problemStatus } from "../layout/problem.tsx";
import { readProgress, readReview } from "../plans/read_plan.ts";
import type { Visitor } from "../visitor.ts";
import { readSigners } from "../people/parts/read_signers.ts";
import type { KnownPeople } from "./deployment_history.tsx";
import { DeploymentPage } from "./deployment_page.tsx";
import { DeploymentStanding } from "./deployment_standing.tsx";
import { readDeployment, readState } from "./read_deployment.ts";

/** Milliseconds between two looks at a plan that is offered: what is decided elsewhere is seen within a second. */
const LOOK_MS = 1000;

/** The longest that somebody waits until data is counted. */
const SCAN_MS = 20_000;

/** One deployment, under `/services/<deployment>`. */
export function deploymentRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", (context) => showDeployment(context));
  app.get("/live", (context) => {
    const deployment = deploymentOf(context);
    const { visitor } = context.var;
    const planId = context.req.query("plan");
    return liveRoute(
      context,
      async () => {
        const progress = planId === undefined
          ? undefined
          : (await readProgress(deployment, planId, visitor)).orThrow();
        const state = (await readState(deployment, visitor)).orThrow();
        return <DeploymentStanding state={state} progress={progress} />;
      },
      (signal) =>
        recordChanges(visitor, signal, {
          deployment,
          // Figures of what it keeps take a question each.
          ...(planId === undefined ? {} : { lookMs: LOOK_MS }),
        }),
    );
  });
  app.post("/reconcile", async (context) => {
    const deployment = deploymentOf(context);
    const { visitor } = context.var;
    const outcome = (await visitor.authority.reconcile(deployment)).take();
    if (isErr(outcome)) return await refused(context, outcome.error);
    const problems = outcome.materialized?.problems ?? [];
    const text = printable(reconciledLines(outcome).join("; "));
    visitor.say({ kind: problems.length === 0 ? "done" : "problem", text });
    return context.redirect(deploymentHref(deployment), 303);
  });
  app.post("/rollback", async (context) => {
    const version = Number(await fieldOf(context, "version"));
    if (!Number.isSafeInteger(version) || version < 1) {
      context.var.visitor.say({ kind: "problem", text: "Say to which version to go back." });
      return await showDeployment(context, 422);
    }
    return await showRequested(
      context,
      ({ authority, by, signal }) =>
        authority.rollback(deploymentOf(context), version, { by, scan: scanOf(signal) }),
    );
  });
  app.post("/delete-data", async (context) => {
    const resource = await fieldOf(context, "resource");
    return await showRequested(
      context,
      ({ authority, by, signal }) =>
        authority.deleteData(deploymentOf(context), resource, { by, scan: scanOf(signal) }),
    );
  });
  return app;
}

function deploymentOf(context: Context): string {
  return deploymentOfPath(context.req.param("deployment") ?? "");
}

async function fieldOf(context: Context, name: string): Promise<string> {
  return new URLSearchParams(await context.req.text()).get(name) ?? "";
}

function scanOf(signal: AbortSignal) {
  return { timeLimitMs: SCAN_MS, signal };
}

/** Makes a plan in the visitor's name, and shows it. */
async function showRequested(
  context: Context<ConsoleEnv>,
  ask: (visitor: Visitor) => Promise<Result<Requested, AuthorityError>>,
): Promise<Response> {
  const { visitor } = context.var;
  const requested = (await ask(visitor)).take();
  if (isErr(requested)) return await refused(context, requested.error);
  const { plan, problems } = requested;
  const text = "A plan was made; nothing changes until it is accepted.";
  visitor.say({ kind: "done", text });
  for (const problem of problems) visitor.say({ kind: "problem", text: printable(problem) });
  return context.redirect(planHref(plan.deployment, plan.id), 303);
}

async function refused(context: Context<ConsoleEnv>, error: AuthorityError): Promise<Response> {
  const text = [error.message, adviceText(error)].filter((words) => words !== undefined).join(": ");
  context.var.visitor.say({ kind: "problem", text: printable(text) });
  return await showDeployment(context, problemStatus(error));
}

async function showDeployment(
  context: Context<ConsoleEnv>,
  status: 200 | 403 | 404 | 409 | 422 | 500 = 200,
): Promise<Response> {
  const deployment = deploymentOf(context);
  const { visitor } = context.var;
  const details = (await readDeployment(deployment, visitor)).take();
  if (isErr(details)) return await showProblem(context, details.error);
  const { pending } = details.record;
  const waiting = pending && (await readReview(deployment, pending.planId, visitor)).take();
  if (isErr(waiting)) visitor.say({ kind: "problem", text: printable(waiting.error.message) });
  const review = isErr(waiting) ? undefined : waiting;
  return await showPage(context, {
    title: printable(deployment),
    topic: "services",
    trail: [{ text: "Admin → Services", href: "/services" }],
    children: (
      <DeploymentPage details={details} review={review} people={await readPeople(visitor)} />
    ),
  }, status);
}

/** Who is called what; where that cannot be read, they are called by their ids. */
async function readPeople(visitor: Visitor): Promise<KnownPeople> {
  const read = (await userNames(visitor.messaging.connection)).take();
  const names = isErr(read) ? new Map() : read;
  return { names, signers: await readSigners(visitor, names) };
}
