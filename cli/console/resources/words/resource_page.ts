import type { Context } from "hono";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { printable } from "../../../terminal/printable.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import type { PageProps } from "../../layout/page.tsx";
import { showProblem } from "../../layout/show_problem.tsx";
import { resourceHref } from "./resource_href.ts";

/** Where a page stands in the Console. */
export type PagePlace = Pick<PageProps, "topic" | "trail">;

/** The way back to all resources. */
export const RESOURCES = { text: "Resources", href: "/resources" };

/** Where the page of a bucket or a store stands, or of something inside it. */
export function resourcePage(place: DataPlace, isInside = false): PagePlace {
  const { deployment, alias } = place;
  const own = { text: printable(`${deployment} ${alias}`), href: resourceHref(place) };
  return { topic: "resources", trail: isInside ? [RESOURCES, own] : [RESOURCES] };
}

/** Answers that something is not to be had, why, and what to do. */
export function showMissing(
  context: Context<ConsoleEnv>,
  page: PagePlace,
  error: ExplainedError,
): Promise<Response> {
  return showProblem(context, { ...page, title: "Not to be had" }, error);
}
