import { type Context, Hono } from "hono";
import { isErr } from "../../contracts/result.ts";
import {
  bindKey,
  isKeyBound,
  type LoginParts,
  mayApprove,
  readAsk,
  refuseLogin,
} from "./carry_out_login.ts";
import { formOf } from "../pages/form_of.ts";
import type { PageEnv } from "../pages/page_env.ts";
import type { Outcome, SignedIn } from "./login_record.ts";
import type { CarryOut, Login, Logins } from "./logins.ts";
import { sentence } from "./layout.ts";
import { goOn } from "./go_on.ts";
import { passedOnLink, unknownLink, usedLink } from "./link_pages.ts";
import { isBegun, keepBegun, keepSignedIn, personOf } from "./login_ticket.ts";
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
  const shown = { parts, ways };
  const loginOf = async (context: Context<PageEnv>, id: string) => {
    const login = await logins.settled(id);
    if (login === undefined) return unknownLink(context);
    return isBegun(login, context) ? login : passedOnLink(context);
  };
  app.get("/:id", async (context) => {
    const login = await loginOf(context, context.req.param("id"));
    if (login instanceof Response) return login;
    const person = personOf(login, context);
    if (person !== undefined) return await showDecision(context, login, person, shown);
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
    const next = await keepSignedIn(context, { login, logins }, user);
    return next === undefined ? usedLink(context) : context.redirect(next, 303);
  });
  app.post("/:id/decision", async (context) => {
    const login = await loginOf(context, context.req.param("id"));
    if (login instanceof Response) return login;
    const person = personOf(login, context);
    if (person === undefined) {
      return login.state === "waiting"
        ? context.html(signInPage(login, ways), 401)
        : usedLink(context);
    }
    const { decision } = await formOf(context);
    if (decision !== "approve" && decision !== "refuse") return await context.notFound();
    const carryOut: CarryOut = {
      verb: decision,
      run: (login, decidedAt) =>
        decision === "approve"
          ? bindKey(login, { person, decidedAt }, parts)
          : refuseLogin(login, person, parts),
      isBound: (login, decidedAt) => isKeyBound(login, decidedAt, parts),
    };
    const made = await logins.decide(login.id, carryOut);
    if (made === undefined) return unknownLink(context);
    if (made.kind !== "failed") return showDecided(context, login, made);
    return await showDecision(context, login, person, { ...shown, failed: sentence(made) });
  });
  return app;
}

/** Where a page sends its browser by a form, so that the browser says which page that was. */
export function beginRoutes(logins: Logins): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get("/:id", passedOnLink);
  app.post("/:id", async (context) => {
    const login = await logins.get(context.req.param("id"));
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
  decision: Outcome,
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
  { id }: SignedIn,
  { parts, ways, failed }: {
    readonly parts: LoginParts;
    readonly ways: readonly OtherWay[];
    readonly failed?: string;
  },
): Promise<Response> {
  const { request: { contract }, outcome } = login;
  if (outcome !== undefined) return showDecided(context, login, outcome);
  const user = (await parts.platform.users.find(id)).take();
  if (isErr(user)) {
    if (user.error.code !== "user_not_found") throw user.error;
    return context.html(signInPage(login, ways), 401);
  }
  const ask = contract === undefined ? undefined : await readAsk(contract, user, parts);
  const shown = ask && { ...ask, isEnough: mayApprove(user, parts) };
  return context.html(decisionPage(login, user, shown, failed), failed === undefined ? 200 : 409);
}
