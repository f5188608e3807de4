/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import {
  type MadeDecision,
  makeDecision,
  type Verdict,
} from "../../commands/authority/plan_decision.ts";
import { printable } from "../../terminal/printable.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { deploymentHref, deploymentOfPath, planHref } from "../deployments/deployment_href.ts";
import { REVIEW_REQUIRED } from "../deployments/labels.tsx";
import { recordChanges } from "../deployments/record_changes.ts";
import { showProblem } from "../deployments/show_problem.ts";
import { liveRoute } from "../layout/live_route.ts";
import { showPage } from "../layout/page.tsx";
import { Live } from "../layout/parts.tsx";
import { problemStatus } from "../layout/problem.tsx";
import { refusalText, type WordsField, wrongField } from "./decision_advice.ts";
import { NOTHING_TYPED, type Typed } from "./decision_form.tsx";
import { PlanProgressView } from "./plan_progress.tsx";
import { PlanFacts, PlanReview } from "./plan_review.tsx";
import { PlansOfDeployment } from "./plan_lists.tsx";
import { readProgress, readReview, type Review } from "./read_plan.ts";

/** Milliseconds between two looks at one plan: what is decided elsewhere is seen within a second. */
const LOOK_MS = 1000;

/** The plans of a deployment, under `/services/<deployment>/plans`. */
export function planRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", async (context) => {
    const { deployment } = placeOf(context);
    const { authority } = context.var.visitor;
    const read = (await authority.readPlans(deployment)).take();
    if (isErr(read)) return await showProblem(context, read.error);
    return await showPage(context, {
      title: `Plans of ${printable(deployment)}`,
      topic: "services",
      trail: trailOf(deployment),
      children: <PlansOfDeployment deployment={deployment} {...read} />,
    });
  });
  app.get("/:plan", async (context) => {
    const { deployment, planId } = placeOf(context);
    const review = (await readReview(deployment, planId, context.var.visitor)).take();
    return isErr(review)
      ? await showProblem(context, review.error)
      : await showPlan(context, review);
  });
  app.get("/:plan/live", (context) => {
    const { deployment, planId } = placeOf(context);
    const { visitor } = context.var;
    return liveRoute(
      context,
      async () => (
        <PlanProgressView {...(await readProgress(deployment, planId, visitor)).orThrow()} />
      ),
      (signal) => recordChanges(visitor, signal, { deployment, lookMs: LOOK_MS }),
    );
  });
  app.post("/:plan", async (context) => {
    const { deployment, planId } = placeOf(context);
    const form = new URLSearchParams(await context.req.text());
    const { visitor } = context.var;
    const typed = typedIn(form);
    const verb = form.get("verb") ?? "";
    const verdict = verdictOf(verb, typed);
    const version = Number(form.get("expectedDesiredVersion") ?? NaN);
    if (verdict === undefined || !Number.isSafeInteger(version) || version < 0) {
      const isMeasure = verb === "measure";
      const review = (await readReview(deployment, planId, visitor, isMeasure)).take();
      if (isErr(review)) return await showProblem(context, review.error);
      return await showPlan(context, review, { typed, status: isMeasure ? 200 : 400 });
    }
    const place = { deployment, planId, expectedDesiredVersion: version };
    const made = (await makeDecision(place, verdict, visitor)).take();
    if (isErr(made)) return await showRefusal(context, made.error, verb, typed);
    visitor.say({ kind: "done", text: doneText(made) });
    return context.redirect(planHref(deployment, planId), 303);
  });
  return app;
}

function placeOf(context: Context): { readonly deployment: string; readonly planId: string } {
  const { deployment = "", plan = "" } = context.req.param();
  return { deployment: deploymentOfPath(deployment), planId: plan };
}

function trailOf(deployment: string): { readonly text: string; readonly href: string }[] {
  return [
    { text: "Admin → Services", href: "/services" },
    { text: printable(deployment), href: deploymentHref(deployment) },
  ];
}

function typedIn(form: URLSearchParams): Typed {
  return {
    acknowledgement: form.get("acknowledgement") ?? "",
    reason: form.get("reason") ?? "",
    deleteData: form.getAll("deleteData"),
  };
}

/** Browsers end lines by two characters; what is kept has one. */
function wordsOf(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function verdictOf(
  verb: string,
  { acknowledgement, reason, deleteData }: Typed,
): Verdict | undefined {
  const why = wordsOf(reason);
  switch (verb) {
    case "accept-update":
      return why.trim() === "" ? { verb } : { verb, reason: why };
    case "accept-migration":
      return { verb, acknowledgement: wordsOf(acknowledgement), deleteData };
    case "reject":
      return { verb, reason: why };
    default:
      return undefined;
  }
}

function doneText({ deployment, outcome, version, deleteData }: MadeDecision): string {
  if (outcome === "rejected") return "Rejected: nothing was changed.";
  const deletes = deleteData.length === 0
    ? ""
    : ` The data of ${printable(deleteData.join(", "))} is deleted.`;
  return `Accepted: ${
    printable(deployment)
  } is at version ${version}, and Trellis makes it so now.${deletes}`;
}

/** Says why a decision was refused, shows what is there now, and keeps what was typed. */
async function showRefusal(
  context: Context<ConsoleEnv>,
  error: AuthorityError,
  verb: string,
  typed: Typed,
): Promise<Response> {
  const { deployment, planId } = placeOf(context);
  const { visitor } = context.var;
  const review = (await readReview(deployment, planId, visitor)).take();
  if (isErr(review)) return await showProblem(context, review.error);
  visitor.say({ kind: "problem", text: printable(refusalText(error, review.progress)) });
  const status = problemStatus(error);
  return await showPlan(context, review, { typed, status, wrong: wrongField(error, verb) });
}

async function showPlan(
  context: Context<ConsoleEnv>,
  review: Review,
  { typed = NOTHING_TYPED, status = 200, wrong }: {
    readonly typed?: Typed;
    readonly status?: 200 | 400 | 403 | 404 | 409 | 422 | 500;
    readonly wrong?: WordsField | undefined;
  } = {},
): Promise<Response> {
  const { deployment, planId, state } = review.progress;
  const children = (
    <>
      <Live id="progress" from={`${planHref(deployment, planId)}/live`}>
        <PlanProgressView {...review.progress} />
      </Live>
      <PlanFacts review={review} />
      <PlanReview review={review} typed={typed} wrong={wrong} />
    </>
  );
  const name = printable(deployment);
  const title = state === "pending" ? `${REVIEW_REQUIRED}: ${name}` : `Plan of ${name}`;
  return await showPage(
    context,
    { title, topic: "services", trail: trailOf(deployment), children },
    status,
  );
}
