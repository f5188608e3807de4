/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context } from "hono";
import type { ExplainedError } from "../../program/command_context.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { showPage } from "../layout/page.tsx";
import { Problem, problemStatus } from "../layout/problem.tsx";

/** Answers that something of a deployment cannot be shown, why, and what to do. */
export async function showProblem(
  context: Context<ConsoleEnv>,
  error: ExplainedError,
): Promise<Response> {
  const status = problemStatus(error);
  return await showPage(context, {
    title: status === 404 ? "Not found" : "This cannot be shown",
    topic: "services",
    trail: [{ text: "Admin → Services", href: "/services" }],
    children: <Problem error={error} />,
  }, status);
}
