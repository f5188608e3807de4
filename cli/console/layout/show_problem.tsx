/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context } from "hono";
import type { ExplainedError } from "../../program/command_context.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { type PageProps, showPage } from "./page.tsx";
import { Problem, problemStatus } from "./problem.tsx";

/** Answers that something cannot be shown, why, and what to do. */
export async function showProblem(
  context: Context<ConsoleEnv>,
  page: Omit<PageProps, "children">,
  error: ExplainedError,
): Promise<Response> {
  const children = <Problem error={error} />;
  return await showPage(context, { ...page, children }, problemStatus(error));
}
