/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Hono } from "hono";
import type { VNode } from "preact";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { ConsoleEnv } from "../console_env.ts";
import type { Visitor } from "../visitor.ts";
import { liveRoute } from "./live_route.ts";
import { looksAt } from "./looks_at.ts";
import type { Topic } from "./navigation.ts";
import { showPage } from "./page.tsx";
import { Live } from "./parts.tsx";
import { showProblem } from "./show_problem.tsx";

/** Milliseconds between two looks at figures: they change all the time. */
export const LOOK_MS = 2000;

/** Figures of all services. */
export interface FiguresPage<Figures> {
  readonly title: string;
  readonly topic: Topic;
  /** Of the element that they stand in. */
  readonly id: string;
  /** Reads them. */
  readonly read: (
    records: readonly AuthorityRecord[],
    visitor: Visitor,
  ) => Promise<Result<Figures, ExplainedError>>;
  readonly show: (figures: Figures) => VNode;
}

/** Adds the first page of a topic, and `/live`, which keeps its figures as they are. */
export function figuresRoutes<Figures>(
  app: Hono<ConsoleEnv>,
  { title, topic, id, read, show }: FiguresPage<Figures>,
): void {
  const readFor = async (
    visitor: Visitor,
  ): Promise<Result<Figures, ExplainedError>> => {
    const records = (await visitor.authority.list()).take();
    return isErr(records) ? records : await read(records, visitor);
  };
  app.get("/", async (context) => {
    const figures = await readFor(context.var.visitor);
    if (!figures.isOk()) return await showProblem(context, { title, topic }, figures.error);
    const children = (
      <div class="sheet">
        <Live id={id} from={`/${topic}/live`}>{show(figures.value)}</Live>
      </div>
    );
    return await showPage(context, { title, topic, children });
  });
  app.get("/live", (context) => {
    const render = async () => show((await readFor(context.var.visitor)).orThrow());
    return liveRoute(context, render, looksAt(LOOK_MS));
  });
}
