/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { renderToString } from "preact-render-to-string";
import { isErr } from "../../../contracts/result.ts";
import { LiveHub } from "../../live/nats/live_hub.ts";
import { readEvent } from "../../live/nats/read_event.ts";
import { News } from "../../live/news.ts";
import { waterfallOf } from "../../live/waterfall.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { liveRoute } from "../layout/live_route.ts";
import { showPage } from "../layout/page.tsx";
import { Empty, Live } from "../layout/parts.tsx";
import { showProblem } from "../layout/show_problem.tsx";
import type { Visitor } from "../visitor.ts";
import { EventPage } from "./event_page.tsx";
import { KEPT_ROWS, LivePage, Numbers } from "./live_page.tsx";
import { LiveRow } from "./live_row.tsx";
import { readFilter } from "./read_filter.ts";
import { TracePage } from "./trace_page.tsx";

/** Requests a second that each instance may report at most: a person reads fewer. */
const PER_SECOND = 50;
/** Milliseconds that a page counts as a look: then its streams are there, or somebody loads it again. */
const PAGE_LOOK_MS = 10_000;
/** Milliseconds between two lots of rows. */
const ROWS_MS = 500;
/** Rows that are sent at once: of more the last ones. */
const MOST_ROWS = 50;

/** The pages that show what happens. What is read is read once for all who look at these pages. */
export function liveRoutes(hub = new LiveHub({ perSecond: PER_SECOND })): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", async (context) => {
    const { visitor } = context.var;
    lookFor(hub, visitor, PAGE_LOOK_MS);
    const query = queryOf(context);
    const records = (await visitor.authority.list()).take();
    return showPage(context, {
      title: "Live",
      topic: "live",
      children: (
        <LivePage
          query={query}
          deployments={isErr(records) ? [] : records.map(({ deployment }) => deployment)}
          items={hub.after(0, readFilter(query), KEPT_ROWS).toReversed()}
          last={hub.last}
          counts={hub.traffic}
        />
      ),
    });
  });
  app.get("/counts", (context) =>
    liveRoute(
      context,
      () => Promise.resolve(<Numbers counts={hub.traffic} />),
      (signal) => newsOf(hub, context.var.visitor, signal),
    ));
  app.get("/rows", (context) => rowStream(hub, context));
  app.get("/events/:sequence{[1-9][0-9]{0,15}}", async (context) => {
    const page = {
      title: "Event",
      topic: "live",
      trail: [{ text: "Live", href: "/live" }],
    } as const;
    const sequence = Number(context.req.param("sequence"));
    const event = (await readEvent(context.var.visitor.messaging, sequence)).take();
    if (isErr(event)) return showProblem(context, page, event.error);
    if (event !== undefined) {
      return showPage(context, { ...page, children: <EventPage event={event} /> });
    }
    const gone = <Empty>It is not stored, or not any more: events are kept for a time only.</Empty>;
    return showPage(context, { ...page, title: "There is no such event", children: gone }, 404);
  });
  app.get("/:trace{[0-9a-f]{32}}", (context) => {
    const trace = context.req.param("trace");
    lookFor(hub, context.var.visitor, PAGE_LOOK_MS);
    return showPage(context, {
      title: "Trace",
      topic: "live",
      trail: [{ text: "Live", href: "/live" }],
      children: (
        <Live id="trace" from={`/live/${trace}/parts`}>
          <Trace hub={hub} trace={trace} />
        </Live>
      ),
    });
  });
  app.get("/:trace{[0-9a-f]{32}}/parts", (context) =>
    liveRoute(
      context,
      () => Promise.resolve(<Trace hub={hub} trace={context.req.param("trace")} />),
      (signal) => newsOf(hub, context.var.visitor, signal),
    ));
  return app;
}

function Trace({ hub, trace }: { readonly hub: LiveHub; readonly trace: string }) {
  return <TracePage trace={trace} waterfall={waterfallOf(hub.ofTrace(trace))} />;
}

/** Sends rows as they come, each lot with the number from which a later stream goes on. */
function rowStream(hub: LiveHub, context: Context<ConsoleEnv>): Response {
  const filter = readFilter(queryOf(context));
  let last = Number(context.req.query("after") ?? NaN);
  // Those of another start of the Console are not known here.
  if (!(last <= hub.last)) last = hub.last;
  return streamSSE(context, async (stream) => {
    const left = new AbortController();
    stream.onAbort(() => left.abort());
    const signal = AbortSignal.any([left.signal, context.var.visitor.signal]);
    for await (const _ of newsOf(hub, context.var.visitor, signal)) {
      const items = hub.after(last, filter, MOST_ROWS).toReversed();
      last = hub.last;
      if (items.length === 0 || signal.aborted) continue;
      const html = renderToString(
        <>{items.map((item) => <LiveRow key={item.number} item={item} />)}</>,
      );
      await stream.writeSSE({ data: JSON.stringify(html), id: String(last) });
      await stream.sleep(ROWS_MS);
    }
  });
}

function lookFor(hub: LiveHub, { messaging, signal }: Visitor, ms: number): void {
  hub.look({
    messaging,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]),
    tell: () => {},
  });
}

/** Gives something each time that something has come, and now and then without it. */
async function* newsOf(
  hub: LiveHub,
  { messaging }: Visitor,
  signal: AbortSignal,
): AsyncGenerator<undefined, void> {
  const news = new News(signal);
  hub.look({ messaging, signal, tell: () => news.tell() });
  while (!signal.aborted) {
    yield undefined;
    await news.next();
  }
}

function queryOf(context: Context<ConsoleEnv>): URLSearchParams {
  return new URL(context.req.url).searchParams;
}
