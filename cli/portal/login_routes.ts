import { type Context, Hono } from "hono";
import { isErr } from "../../contracts/result.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import { bindKey, type LoginParts, mayApprove, readAsk, refuseLogin } from "./carry_out_login.ts";
import { formOf } from "../pages/form_of.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { decideOnce, type Decision, type Login, type Logins } from "./logins.ts";
import { sentence } from "./layout.ts";
import { goOn } from "./go_on.ts";
import { passedOnLink, unknownLink, usedLink } from "./link_pages.ts";
import { isBegun, keepBegun, keepSignedIn, userOf } from "./login_ticket.ts";
import type { OtherWay } from "./other_ways.ts";
import { decidedPage, decisionPage, signInPage } from "./login_pages.ts";

/**
 * The pages of a login: who are you, and do you let this key act for you? Any other way to prove who one
 * is ends in {@link keepSignedIn}, too.
 *
 * @param ways how else people prove who they are
 */
export function loginRoutes(
  parts: LoginParts,
  logins: Logins,
  ways: readonly OtherWay[],
): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const loginOf = (context: Context<PageEnv>, id: string) => {
    const login = logins.get(id);
    if (login === undefined) return unknownLink(context);
    return isBegun(login, context) ? login : passedOnLink(context);
  };
  app.get("/:id", async (context) => {
    const login = await loginOf(context, context.req.param("id"));
    if (login instanceof Response) return login;
    const user = userOf(login, context);
    if (user !== undefined) return await showDecision(context, login, user, parts);
    return login.state === "waiting" ? context.html(signInPage(login, ways)) : usedLink(context);
  });
  app.post("/:id", async (context) => {
    const login = await loginOf(context, context.req.param("id"));
    if (login instanceof Response) return login;
    if (login.state !== "waiting") return usedLink(context);
    const { name = "", password = "" } = await formOf(context);
    const { address } = context.env;
    const user = (await parts.platform.signIn.signIn({ name, password }, address)).take();
    if (isErr(user)) {
      const { code } = user.error;
      const status = code === "wrong" ? 401 : code === "wait" ? 429 : 503;
      const problem = sentence(user.error);
      return context.html(signInPage(login, ways, { name, problem }), status);
    }
    // Somebody else was faster.
    if (login.decision !== undefined) return usedLink(context);
    return context.redirect(keepSignedIn(context, login, user), 303);
  });
  app.post("/:id/decision", async (context) => {
    const login = await loginOf(context, context.req.param("id"));
    if (login instanceof Response) return login;
    const user = userOf(login, context);
    if (user === undefined) {
      return login.state === "waiting"
        ? context.html(signInPage(login, ways), 401)
        : usedLink(context);
    }
    const { decision } = await formOf(context);
    if (decision !== "approve" && decision !== "refuse") return await context.notFound();
    const carryOut = decision === "approve" ? bindKey : refuseLogin;
    const made = await decideOnce(login, () => carryOut(login, user, parts));
    if (made.kind !== "failed") return showDecided(context, login, made);
    return await showDecision(context, login, user, parts, sentence(made));
  });
  return app;
}

/** Where a page sends its browser by a form, so that the browser says which page that was. */
export function beginRoutes(logins: Logins): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get("/:id", passedOnLink);
  app.post("/:id", (context) => {
    const login = logins.get(context.req.param("id"));
    if (login === undefined) return unknownLink(context);
    const { page } = login.request;
    if (page === undefined || context.req.header("Origin") !== page.origin) {
      return passedOnLink(context);
    }
    return goOn(context, "your login", keepBegun(context, login));
  });
  return app;
}

/** A page that waits for its browser gets it back, unless there is something to read first. */
function showDecided(
  context: Context<PageEnv>,
  login: Login,
  decision: Exclude<Decision, { kind: "failed" }>,
): Response | Promise<Response> {
  const { contract, page } = login.request;
  const isOver = decision.kind === "refused" || decision.pending === undefined;
  return page?.returnTo !== undefined && isOver
    ? goOn(context, contract?.manifest.displayName ?? page.origin, page.returnTo)
    : context.html(decidedPage(login, decision));
}

async function showDecision(
  context: Context<PageEnv>,
  login: Login,
  user: UserRecord,
  parts: LoginParts,
  failed?: string,
): Promise<Response> {
  const { contract } = login.request;
  const decided = await login.decision;
  if (decided !== undefined && decided.kind !== "failed") {
    return showDecided(context, login, decided);
  }
  const ask = contract === undefined ? undefined : await readAsk(contract, user, parts);
  const shown = ask && { ...ask, isEnough: mayApprove(user, parts) };
  return context.html(decisionPage(login, user, shown, failed), failed === undefined ? 200 : 409);
}
