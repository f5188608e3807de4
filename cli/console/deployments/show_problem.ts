import type { Context } from "hono";
import type { ExplainedError } from "../../program/command_context.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { problemStatus } from "../layout/problem.tsx";
import { showProblem as showProblemOn } from "../layout/show_problem.tsx";

/** Answers that something of a deployment cannot be shown, why, and what to do. */
export function showProblem(
  context: Context<ConsoleEnv>,
  error: ExplainedError,
): Promise<Response> {
  const page = {
    title: problemStatus(error) === 404 ? "Not found" : "This cannot be shown",
    topic: "services",
    trail: [{ text: "Admin → Services", href: "/services" }],
  } as const;
  return showProblemOn(context, page, error);
}
