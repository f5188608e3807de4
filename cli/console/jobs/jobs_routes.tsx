/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { cancelJobBy } from "../../jobs/job_access.ts";
import { findWork, listWork } from "../../jobs/list_work.ts";
import { controlOperationBy } from "../../jobs/operation_access.ts";
import { type OpenQueue, openQueue } from "../../jobs/open_queue.ts";
import { pauseQueue, resumeQueue } from "../../jobs/pause_queue.ts";
import { type QueueFigures, readQueueFigures } from "../../jobs/queue_figures.ts";
import { STATES } from "../../jobs/work_view.ts";
import { formOf } from "../../pages/form_of.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { printable } from "../../terminal/printable.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { recentInstances } from "../deployments/recent_look.ts";
import { figuresRoutes, LOOK_MS } from "../layout/figures_routes.tsx";
import { liveRoute } from "../layout/live_route.ts";
import { looksAt } from "../layout/looks_at.ts";
import { type PageProps, showPage } from "../layout/page.tsx";
import { showProblem } from "../layout/show_problem.tsx";
import type { Visitor } from "../visitor.ts";
import { queueHref, type QueueRef } from "./queue_href.ts";
import { QueuePage, QueuePart, type QueueView } from "./queue_page.tsx";
import { QueuesTable } from "./queues_table.tsx";
import { WorkPage } from "./work_page.tsx";

/** Jobs on a page. */
const PAGE_JOBS = 50;

/** The queue that a request is about. */
interface Asked {
  readonly context: Context<ConsoleEnv>;
  readonly place: QueueRef;
  readonly open: OpenQueue;
}

/** What waits in queues, what is in work, and what has become of it, under `/jobs`. */
export function jobsRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  figuresRoutes(app, {
    title: "Jobs",
    topic: "jobs",
    id: "queues",
    read: readFigures,
    show: (queues) => <QueuesTable queues={queues} now={Date.now()} />,
  });
  const at = "/:deployment/:kind{job|operation}/:name";
  app.get(at, (context) => withQueue(context, showQueue));
  app.get(`${at}/live`, (context) => withQueue(context, followQueue));
  app.get(`${at}/one`, (context) => withQueue(context, showOne));
  app.post(`${at}/pause`, (context) => withQueue(context, switchQueue("pause")));
  app.post(`${at}/resume`, (context) => withQueue(context, switchQueue("resume")));
  app.post(`${at}/cancel`, (context) => withQueue(context, cancelOne));
  return app;
}

async function withQueue(
  context: Context<ConsoleEnv>,
  run: (asked: Asked) => Response | Promise<Response>,
): Promise<Response> {
  const { deployment = "", kind, name = "" } = context.req.param();
  const place: QueueRef = { deployment, kind: kind === "operation" ? kind : "job", name };
  const open = (await openQueue(place, context.var.visitor)).take();
  if (isErr(open)) return await showProblem(context, queuePage(place), open.error);
  return await run({ context, place, open });
}

async function showQueue({ context, place, open }: Asked): Promise<Response> {
  const view = (await readView(context, place, open)).take();
  const about = { ...queuePage(place), title: printable(place.name) };
  if (isErr(view)) return await showProblem(context, about, view.error);
  const isFirst = context.req.query("after") === undefined;
  const children = <QueuePage view={view} isFirst={isFirst} now={Date.now()} />;
  return await showPage(context, { ...about, children });
}

function followQueue({ context, place }: Asked): Response {
  const render = async () => {
    // What is in work is read once for each look.
    const open = (await openQueue(place, context.var.visitor)).orThrow();
    const view = (await readView(context, place, open)).orThrow();
    return <QueuePart view={view} now={Date.now()} />;
  };
  return liveRoute(context, render, looksAt(LOOK_MS));
}

async function readView(
  context: Context<ConsoleEnv>,
  place: QueueRef,
  { record, box, letters }: OpenQueue,
): Promise<Result<QueueView, ExplainedError>> {
  const { state: asked, after } = context.req.query();
  const state = STATES[place.kind].find((state) => state === asked);
  const read = (await readFigures([record], context.var.visitor)).take();
  if (isErr(read)) return read;
  const figures = read.find(({ kind, name }) => kind === place.kind && name === place.name);
  const page = (await listWork(box, letters, { state, after, limit: PAGE_JOBS })).take();
  if (isErr(page)) return page;
  return figures === undefined ? err(GONE) : ok({ place, figures, page, state });
}

async function readFigures(
  records: readonly AuthorityRecord[],
  visitor: Visitor,
): Promise<Result<readonly QueueFigures[], ExplainedError>> {
  return await readQueueFigures(records, visitor.messaging, await recentInstances(visitor));
}

const GONE: ExplainedError = { code: "not_found", message: "there is no such queue any more" };

async function showOne({ context, place, open }: Asked): Promise<Response> {
  const id = context.req.query("id") ?? "";
  const about = { ...queuePage(place, true), title: printable(id) };
  const found = (await findWork(open.box, open.letters, id)).take();
  if (isErr(found)) return await showProblem(context, about, found.error);
  if (found === undefined) {
    const message = `"${id}" is nothing of ${place.name}, or is over and not kept`;
    return await showProblem(context, about, { code: "not_found", message });
  }
  const view = { place, found, mayCancel: open.queue.mayCancel, now: Date.now() };
  const children = <WorkPage {...view} />;
  return await showPage(context, { ...about, children });
}

function switchQueue(to: "pause" | "resume"): (asked: Asked) => Promise<Response> {
  return async ({ context, place, open: { queue } }) => {
    const { visitor } = context.var;
    const switched = to === "pause"
      ? await pauseQueue(queue, undefined, visitor)
      : await resumeQueue(queue, visitor);
    if (switched.isErr()) return await showProblem(context, queuePage(place, true), switched.error);
    const text = to === "pause"
      ? "It begins with nothing more; what is in work goes on."
      : "It goes on.";
    visitor.say({ kind: "done", text });
    return context.redirect(queueHref(place), 303);
  };
}

async function cancelOne({ context, place, open }: Asked): Promise<Response> {
  const { visitor } = context.var;
  const { id = "" } = await formOf(context);
  const cancelled = place.kind === "job"
    ? await cancelJobBy(visitor, open, id, undefined)
    : (await controlOperationBy(visitor, open, { action: "cancel", id }))
      .map((record) => record.state);
  const state = cancelled.take();
  if (isErr(state)) return await showProblem(context, queuePage(place, true), state.error);
  visitor.say({
    kind: "done",
    text: state === "cancelling" ? "It is told to end." : `It is ${state}.`,
  });
  // Nothing may be left of a job that was taken back.
  const isKept = state !== "cancelled" || place.kind === "operation";
  return context.redirect(isKept ? queueHref(place, "one", { id }) : queueHref(place), 303);
}

function queuePage(place: QueueRef, isBelow = false): Omit<PageProps, "children"> {
  const trail = [{ text: "Jobs", href: "/jobs" }];
  const queue = { text: `${printable(place.name)} of ${printable(place.deployment)}` };
  return {
    title: printable(place.name),
    topic: "jobs",
    trail: isBelow ? [...trail, { ...queue, href: queueHref(place) }] : trail,
  };
}
