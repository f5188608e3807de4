/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr, ok } from "../../../contracts/result.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { newRequestId } from "../../../runtime/rpc/request_id.ts";
import { callServed } from "../../calls/call_served.ts";
import { type CalledAs, connectAs } from "../../calls/session_as.ts";
import type { ServedRpc } from "../../calls/served_rpc.ts";
import { adviceText } from "../../program/command_text.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { printable } from "../../terminal/printable.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { showPage } from "../layout/page.tsx";
import { Empty } from "../layout/parts.tsx";
import { showProblem } from "../layout/show_problem.tsx";
import type { Visitor } from "../visitor.ts";
import { ExplorerPage, PLATFORM } from "./explorer_page.tsx";
import { feedRoutes } from "./feed_routes.tsx";
import { groupsOf, readCandidates, readGroups } from "./read_explorer.ts";
import type { Typed } from "./form_field.ts";
import { type Draft, emptyDraft, readCall, readDraft } from "./read_draft.ts";
import { type Outcome, RpcPage } from "./rpc_page.tsx";

const FAILED = { title: "That failed", topic: "explorer" } as const;

/** The pages on which RPCs are looked up and called. */
export function explorerRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", async (context) => {
    const groups = (await readGroups(context.var.visitor)).take();
    if (isErr(groups)) return showProblem(context, FAILED, groups.error);
    return showPage(context, {
      title: "Explorer",
      topic: "explorer",
      children: <ExplorerPage groups={groups} />,
    });
  });
  app.route("/", feedRoutes());
  app.get("/:deployment/:rpc", async (context) => {
    const found = (await readNamed(context)).take();
    if (found === undefined) return notServed(context);
    if (isErr(found)) return showProblem(context, FAILED, found.error);
    return await rpcPage(context, found, emptyDraft(found.rpc.input), undefined);
  });
  app.post("/:deployment/:rpc", async (context) => {
    const found = (await readNamed(context)).take();
    if (found === undefined) return notServed(context);
    if (isErr(found)) return showProblem(context, FAILED, found.error);
    const sent: Typed = new Map(new URLSearchParams(await context.req.text()));
    const { rpc } = found;
    const isCall = sent.get("do") === "call" && !sent.has("add") && !sent.has("remove");
    if (!isCall) return await rpcPage(context, found, readDraft(rpc.input, sent), undefined);
    const asked = readCall(rpc.input, sent);
    const { draft } = asked;
    if (asked.kind === "wrong") return await rpcPage(context, found, draft, undefined, 422);
    const outcome = (await callAs(context.var.visitor, rpc, asked)).take();
    if (!isErr(outcome)) return await rpcPage(context, found, draft, outcome);
    const issues = [{ path: "", message: sentence(outcome.error) }];
    return await rpcPage(context, found, { ...draft, issues }, undefined, 422);
  });
  return app;
}

/** An RPC, and the records that it was found in. */
interface Named {
  readonly rpc: ServedRpc;
  readonly deployment: string | undefined;
  readonly records: readonly AuthorityRecord[];
}

async function readNamed(context: Context<ConsoleEnv>) {
  const { deployment, rpc: name } = context.req.param();
  return (await context.var.visitor.authority.list()).map((records): Named | undefined => {
    const group = groupsOf(records).find((group) => (group.deployment ?? PLATFORM) === deployment);
    const rpc = group?.rpcs.find((rpc) => rpc.name === name);
    return rpc && { rpc, deployment: group?.deployment, records };
  });
}

async function rpcPage(
  context: Context<ConsoleEnv>,
  { rpc, deployment, records }: Named,
  draft: Draft,
  outcome: Outcome | undefined,
  status: 200 | 422 = 200,
): Promise<Response> {
  const candidates = (await readCandidates(context.var.visitor, records)).take();
  if (isErr(candidates)) return showProblem(context, FAILED, candidates.error);
  return await showPage(context, {
    title: printable(rpc.name),
    topic: "explorer",
    trail: [{ text: "Explorer", href: "/explorer" }],
    children: (
      <RpcPage
        rpc={rpc}
        deployment={deployment}
        draft={draft}
        outcome={outcome}
        candidates={candidates}
      />
    ),
  }, status);
}

/** Calls as the visitor, or in the place of who is named. */
async function callAs(
  visitor: Visitor,
  rpc: ServedRpc,
  { draft: { as, contract }, input, timeoutMs }: Extract<
    ReturnType<typeof readCall>,
    { readonly kind: "good" }
  >,
) {
  const calledAs: CalledAs | undefined = as === ""
    ? undefined
    : { as, ...(contract === "" ? {} : { contract }) };
  const other = calledAs && (await connectAs(calledAs, visitor, visitor.by)).take();
  if (isErr(other)) return other;
  await using _ = other;
  const { signal } = visitor;
  const traceId = randomHex(16);
  const requestId = newRequestId();
  const traceparent = `00-${traceId}-${randomHex(8)}-01`;
  const start = performance.now();
  const { messaging } = other ?? visitor;
  const answer = await callServed(rpc, input, messaging, {
    timeoutMs,
    signal,
    requestId,
    traceparent,
  });
  const ms = performance.now() - start;
  return ok<Outcome>({ input, calledAs, answer, ms, traceId, requestId });
}

function notServed(context: Context<ConsoleEnv>): Response | Promise<Response> {
  return showPage(context, {
    title: "There is no such RPC",
    topic: "explorer",
    children: (
      <Empty>
        Nothing that is accepted serves it. <a href="/explorer">See what is served</a>.
      </Empty>
    ),
  }, 404);
}

function sentence(error: ExplainedError): string {
  const advice = adviceText(error);
  return advice === undefined ? error.message : `${error.message}; ${advice}`;
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
