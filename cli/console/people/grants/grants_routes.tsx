/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../../contracts/result.ts";
import { type Holder, holderText, parseHolder } from "../../../../reconcile/access/holder.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import { grant } from "../../../commands/grants/change_grants.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { holderOf, userNames } from "../../../program/named_users.ts";
import { printable } from "../../../terminal/printable.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { offsetOf } from "../../layout/pager.tsx";
import { Problem, problemStatus } from "../../layout/problem.tsx";
import { Confirm } from "../parts/consequence.tsx";
import { formOf } from "../../../pages/form_of.ts";
import { holderHref } from "../parts/holder_link.tsx";
import { showFailure, showPeople } from "../parts/people_page.tsx";
import { grantConsequence } from "./grant_consequence.ts";
import { type GiveDraft, GrantsPage } from "./grants_page.tsx";
import { grantHref, GrantsSection } from "./grants_section.tsx";
import { readGrants } from "./read_grants.ts";
import { readHeld } from "./read_held.ts";

const TAB = "grants";
type Answer = Response | Promise<Response>;

/** Pages about who holds which capabilities. */
export function grantsRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", (context) => listGrants(context, { who: "", name: "" }));
  app.get("/give", give);
  app.get("/:kind/:id", (context) => withHolder(context, (holder) => showHolder(context, holder)));
  for (const action of ["add", "remove"] as const) {
    app.get(
      `/:kind/:id/${action}`,
      (context) =>
        withHolder(
          context,
          (holder) =>
            review(context, { action, holder, name: context.req.query("name")?.trim() ?? "" }),
        ),
    );
    app.post(
      `/:kind/:id/${action}`,
      (context) =>
        withHolder(
          context,
          async (holder) => {
            const { name = "" } = await formOf(context);
            return await change(context, { action, holder, name: name.trim() });
          },
        ),
    );
  }
  return app;
}

async function listGrants(
  context: Context<ConsoleEnv>,
  draft: GiveDraft,
  problem?: ExplainedError,
): Promise<Response> {
  const { visitor } = context.var;
  const query = context.req.query("q") ?? "";
  const grants = (await readGrants(visitor, query)).take();
  if (isErr(grants)) return failed(context, grants.error);
  const children = (
    <GrantsPage
      grants={grants}
      query={query}
      offset={offsetOf(context.req.query("offset"))}
      draft={draft}
      problem={problem}
      isOpen={!isSecured(visitor.messaging.connection)}
    />
  );
  const status = problem ? problemStatus(problem) : 200;
  return showPeople(context, { tab: TAB, title: "People", children }, status);
}

/** Finds whom a text means, and goes on to what that would mean. */
async function give(context: Context<ConsoleEnv>): Promise<Response> {
  const { who = "", name = "" } = context.req.query();
  const found = (await holderOf(who.trim(), context.var.visitor.messaging.connection)).take();
  if (isErr(found)) return await listGrants(context, { who, name }, found.error);
  return context.redirect(grantHref(found.holder, "add", name.trim()), 303);
}

async function showHolder(context: Context<ConsoleEnv>, holder: Holder): Promise<Response> {
  const { visitor } = context.var;
  const held = (await readHeld(holder, visitor)).take();
  if (isErr(held)) return failed(context, held.error);
  const names = (await userNames(visitor.messaging.connection)).take();
  if (isErr(names)) return failed(context, names.error);
  const children = <GrantsSection held={held} names={names} />;
  const title = printable(holderText(holder));
  return showPeople(context, { tab: TAB, title, isDeep: true, children });
}

/** What is to be given or taken. */
interface Asked {
  readonly action: "add" | "remove";
  readonly holder: Holder;
  readonly name: string;
}

async function review(
  context: Context<ConsoleEnv>,
  { action, holder, name }: Asked,
  problem?: ExplainedError,
): Promise<Response> {
  const { visitor } = context.var;
  if (name === "") return context.redirect(holderHref(holder), 303);
  const held = (await readHeld(holder, visitor)).take();
  if (isErr(held)) return failed(context, held.error);
  const names = (await userNames(visitor.messaging.connection)).take();
  if (isErr(names)) return failed(context, names.error);
  const who = names.get(holder.id) ?? holderText(holder);
  const title = action === "add" ? `Give ${who} ${name}` : `Take ${name} from ${who}`;
  const children = (
    <>
      {problem && <Problem error={problem} />}
      <Confirm
        consequence={grantConsequence(action, { held, name, who, names })}
        label={action === "add" ? "Give it" : "Take it"}
        isDangerous={action === "remove"}
        back={holderHref(holder)}
        action={grantHref(holder, action)}
        hidden={{ name }}
      />
    </>
  );
  const trail = [{ text: printable(who), href: holderHref(holder) }];
  const page = { tab: TAB, title: printable(title), isDeep: true, trail, children } as const;
  return showPeople(context, page, problem ? problemStatus(problem) : 200);
}

async function change(context: Context<ConsoleEnv>, asked: Asked): Promise<Response> {
  const { visitor } = context.var;
  const { action, holder, name } = asked;
  const request = { action, holder: holderText(holder), names: [name], by: visitor.by };
  const done = (await grant(request, visitor)).take();
  if (isErr(done)) return await review(context, asked, done.error);
  visitor.say({ kind: "done", text: done.text });
  for (const text of done.warnings) visitor.say({ kind: "problem", text });
  return context.redirect(holderHref(holder), 303);
}

async function withHolder(
  context: Context<ConsoleEnv>,
  run: (holder: Holder) => Answer,
): Promise<Response> {
  const { kind = "", id = "" } = context.req.param();
  const holder = parseHolder(`${kind}:${id}`);
  if (holder !== undefined) return await run(holder);
  return failed(context, { code: "not_found", message: "nobody can have such a name" });
}

function failed(context: Context<ConsoleEnv>, error: ExplainedError): Answer {
  return showFailure(context, { tab: TAB, title: "Grants", error });
}
