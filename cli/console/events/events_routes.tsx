/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../contracts/result.ts";
import { foundLetter } from "../../letters/found_letter.ts";
import { readWorkFigures } from "../../letters/work_figures.ts";
import type { LetterFilter } from "../../letters/letter_box.ts";
import { type OpenLetters, openLetters } from "../../letters/open_letters.ts";
import { judgeLetters, settleLetters, type Settlement } from "../../letters/settle_letters.ts";
import { formOf } from "../../pages/form_of.ts";
import { printable } from "../../terminal/printable.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { recentInstances } from "../deployments/recent_look.ts";
import { figuresRoutes } from "../layout/figures_routes.tsx";
import { offsetOf } from "../layout/pager.tsx";
import { type PageProps, showPage } from "../layout/page.tsx";
import { showProblem } from "../layout/show_problem.tsx";
import { eventHref, type LetterPlace, letterPlace } from "./event_href.ts";
import { WorkTable } from "./work_table.tsx";
import { DiscardPage, LetterView } from "./letter_page.tsx";
import { isQueued, LettersPage } from "./letters_page.tsx";

/** Letters on a page. */
const PAGE_LETTERS = 50;

/** The letters that a request is about. */
interface Asked {
  readonly context: Context<ConsoleEnv>;
  readonly place: LetterPlace;
  readonly opened: OpenLetters;
}

/** Who consumes events, how far they are, and what they have given up, under `/events`. */
export function eventsRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  figuresRoutes(app, {
    title: "Events",
    topic: "events",
    id: "groups",
    read: async (records, visitor) =>
      await readWorkFigures(records, visitor.messaging, await recentInstances(visitor)),
    show: (groups) => <WorkTable groups={groups} now={Date.now()} />,
  });
  app.get("/:deployment/:group", (context) => withLetters(context, showLetters));
  app.get("/:deployment/:group/letter", (context) => withLetters(context, showLetter));
  app.post("/:deployment/:group/retry", (context) => withLetters(context, settle("retried")));
  app.get("/:deployment/:group/discard", (context) => withLetters(context, showDiscard));
  app.post("/:deployment/:group/discard", (context) => withLetters(context, settle("discarded")));
  return app;
}

async function withLetters(
  context: Context<ConsoleEnv>,
  run: (asked: Asked) => Response | Promise<Response>,
): Promise<Response> {
  const { deployment = "", group = "" } = context.req.param();
  const place = letterPlace(deployment, group);
  const opened = (await openLetters(deployment, context.var.visitor)).take();
  if (isErr(opened)) return await showProblem(context, letterPage(place), opened.error);
  return await run({ context, place, opened });
}

async function showLetters({ context, place, opened: { box, schemas } }: Asked): Promise<Response> {
  const after = offsetOf(context.req.query("after"));
  const page = (await box.page(filterOf(place), { after, limit: PAGE_LETTERS })).take();
  const about = { ...letterPage(place), title: `Dead letters of ${printable(place.group)}` };
  if (isErr(page)) return await showProblem(context, about, page.error);
  const children = <LettersPage place={place} page={page} schemas={schemas} now={Date.now()} />;
  return await showPage(context, { ...about, children });
}

async function showLetter({ context, place, opened }: Asked): Promise<Response> {
  const id = context.req.query("id") ?? "";
  const about = { ...letterPage(place, true), title: `Dead letter ${printable(id)}` };
  const letter = (await foundLetter(id, place, opened)).take();
  if (isErr(letter)) return await showProblem(context, about, letter.error);
  const children = <LetterView place={place} letter={letter} opened={opened} now={Date.now()} />;
  return await showPage(context, { ...about, children });
}

async function showDiscard({ context, place, opened }: Asked): Promise<Response> {
  const { id, all } = context.req.query();
  const title = id === undefined ? "Throw all away?" : "Throw it away?";
  const about = { ...letterPage(place, true), title };
  if (all === undefined) {
    const letter = (await foundLetter(id ?? "", place, opened)).take();
    if (isErr(letter)) return await showProblem(context, about, letter.error);
  }
  const children = <DiscardPage place={place} id={all === undefined ? id : undefined} />;
  return await showPage(context, { ...about, children });
}

function settle(settlement: Settlement): (asked: Asked) => Promise<Response> {
  return async ({ context, place, opened }) => {
    const { visitor } = context.var;
    const { all, id = "" } = await formOf(context);
    // Without either nothing is meant: no letter has the empty id.
    const filter = { ...filterOf(place), id: all === "yes" ? undefined : id };
    const judged = (await judgeLetters(opened, filter)).take();
    const page = letterPage(place, true);
    if (isErr(judged)) return await showProblem(context, page, judged.error);
    const going = judged.filter(({ stays }) => settlement === "discarded" || stays === undefined);
    const letters = going.map(({ letter }) => letter);
    const settled = (await settleLetters(opened, letters, settlement, visitor)).take();
    if (isErr(settled)) return await showProblem(context, page, settled.error);
    const stay = judged.length - settled.done.length;
    const count = (n: number) =>
      n === 1 ? "1 dead letter" : `${n.toLocaleString("en")} dead letters`;
    const done = settlement === "retried" ? "Retried" : "Threw away";
    visitor.say({
      kind: stay > 0 || judged.length === 0 ? "problem" : "done",
      text: judged.length === 0
        ? "There is no such dead letter any more."
        : `${done} ${count(settled.done.length)}.` +
          (stay === 0
            ? ""
            : ` ${count(stay)} stay: today's schema does not take them, or they are gone.`),
    });
    return context.redirect(eventHref(place), 303);
  };
}

/** The groups of events are told apart from queues, whose names may be the same. */
function filterOf({ kind, group }: LetterPlace): LetterFilter {
  return { kind, group };
}

function letterPage(place: LetterPlace, isBelow = false): Omit<PageProps, "children"> {
  const topic = isQueued(place) ? "jobs" : "events";
  const trail = [{ text: topic === "jobs" ? "Jobs" : "Events", href: `/${topic}` }];
  const group = { text: `${printable(place.group)} of ${printable(place.deployment)}` };
  return {
    title: printable(place.group),
    topic,
    trail: isBelow ? [...trail, { ...group, href: eventHref(place) }] : trail,
  };
}
