/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { renderToString } from "preact-render-to-string";
import { parseExactJson } from "../../../contracts/json/exact_json.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { failureOf } from "../../calls/call_served.ts";
import { feedOf, followServed } from "../../calls/served_feed.ts";
import { type ServedSurface, servedSurfaces } from "../../calls/served_surface.ts";
import { printable } from "../../terminal/printable.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { showPage } from "../layout/page.tsx";
import { Empty } from "../layout/parts.tsx";
import { showProblem } from "../layout/show_problem.tsx";
import { FeedEndRow, FeedPage, FeedRow } from "./feed_page.tsx";
import type { Typed } from "./form_field.ts";
import { type Draft, emptyDraft, readCall, readDraft } from "./read_draft.ts";

/** An input that is longer stands in no address. */
const MOST_INPUT = 6000;
/** Milliseconds between two values: a person reads no faster, and a service sends no faster then. */
const LEAST_MS = 20;

/** The pages on which feeds are followed. */
export function feedRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/:deployment/feeds/:feed", async (context) => {
    const served = (await readFeed(context)).take();
    if (served === undefined) return notServed(context);
    if (isErr(served)) return unread(context, served.error);
    return feedPage(context, served, emptyDraft(served.surface.schemas.input ?? true));
  });
  app.post("/:deployment/feeds/:feed", async (context) => {
    const served = (await readFeed(context)).take();
    if (served === undefined) return notServed(context);
    if (isErr(served)) return unread(context, served.error);
    const { input: schema = true } = served.surface.schemas;
    const sent: Typed = new Map(new URLSearchParams(await context.req.text()));
    const isCall = sent.get("do") === "call" && !sent.has("add") && !sent.has("remove");
    if (!isCall) return feedPage(context, served, readDraft(schema, sent));
    const asked = readCall(schema, sent);
    const { draft } = asked;
    if (asked.kind === "wrong") return feedPage(context, served, draft, undefined, 422);
    if (JSON.stringify(asked.input).length <= MOST_INPUT) {
      return feedPage(context, served, draft, asked.input);
    }
    const message = "this input is too long to be followed here; use trellis feed";
    const issues = [{ path: "", message }];
    return feedPage(context, served, { ...draft, issues }, undefined, 422);
  });
  app.get("/:deployment/feeds/:feed/values", async (context) => {
    const served = (await readFeed(context)).take();
    const input = parseExactJson(context.req.query("input") ?? "").take();
    if (served === undefined || isErr(served) || isErr(input)) return context.text("", 404);
    return values(context, served, input);
  });
  return app;
}

/** Sends each value as a row, with its cursor, from which a later connection goes on. */
function values(
  context: Context<ConsoleEnv>,
  served: ServedSurface,
  input: JsonValue,
): Response {
  const { visitor } = context.var;
  const cursor = context.req.query("after") || undefined;
  return streamSSE(context, async (stream) => {
    const left = new AbortController();
    stream.onAbort(() => left.abort());
    const signal = AbortSignal.any([left.signal, visitor.signal]);
    const surface = feedOf(served);
    const row = (html: string, last = "") =>
      stream.writeSSE({ data: JSON.stringify(html), id: last });
    const options = { signal, ...(cursor === undefined ? {} : { cursor }) };
    const feed = (await followServed(surface, input, visitor.messaging, options)).take();
    let failure = isErr(feed) ? feed.error : undefined;
    if (!isErr(feed)) {
      for await (const item of feed) {
        await row(renderToString(<FeedRow item={item} />), item.cursor);
        await stream.sleep(LEAST_MS);
      }
      const outcome = (await feed.outcome).take();
      if (isErr(outcome)) failure = failureOf(surface.name, outcome.error);
    }
    if (signal.aborted) return;
    await row(renderToString(<FeedEndRow failure={failure} />));
    // A browser connects again when a stream ends, and would begin anew.
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
}

async function readFeed(
  context: Context<ConsoleEnv>,
): Promise<Result<ServedSurface | undefined, AuthorityError>> {
  const { deployment, feed } = context.req.param();
  return (await context.var.visitor.authority.list()).map((records) => {
    const needs = records.find((record) => record.deployment === deployment)?.desired?.needs;
    const served = needs === undefined ? [] : servedSurfaces("feeds", { [needs.contract]: needs });
    return served.find(({ surface }) => surface.name === feed);
  });
}

function feedPage(
  context: Context<ConsoleEnv>,
  served: ServedSurface,
  draft: Draft,
  input?: JsonValue,
  status: 200 | 422 = 200,
): Response | Promise<Response> {
  const { deployment = "" } = context.req.param();
  return showPage(context, {
    title: printable(served.surface.name),
    topic: "explorer",
    trail: [{ text: "Explorer", href: "/explorer" }],
    children: <FeedPage served={served} deployment={deployment} draft={draft} input={input} />,
  }, status);
}

function unread(
  context: Context<ConsoleEnv>,
  error: AuthorityError,
): Response | Promise<Response> {
  return showProblem(context, { title: "That failed", topic: "explorer" }, error);
}

function notServed(context: Context<ConsoleEnv>): Response | Promise<Response> {
  return showPage(context, {
    title: "There is no such feed",
    topic: "explorer",
    children: (
      <Empty>
        Nothing that is accepted serves it. <a href="/explorer">See what is served</a>.
      </Empty>
    ),
  }, 404);
}
