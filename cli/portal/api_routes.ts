import { Hono } from "hono";
import { isErr } from "../../contracts/result.ts";
import { readJson } from "../../contracts/json/json.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { CHALLENGE_UNKNOWN, readLoginRequest, type Refusal } from "./login_request.ts";
import { type CarryOut, type Login, type Logins, pathOf } from "./logins.ts";

const TOO_MANY: Refusal = {
  code: "too_many_logins",
  message: "too many logins wait at the moment",
  hint: "try again in a minute",
};

/** What apps and terminals ask for logins, as JSON. */
export function apiRoutes(
  { origin, consoleOrigin, isBound }: {
    readonly origin: string;
    readonly consoleOrigin?: string | undefined;
    readonly isBound: CarryOut["isBound"];
  },
  logins: Logins,
): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.post("/challenges", (context) => {
    return context.json({ challenge: logins.challenge(context.env.address), origin }, 201);
  });
  app.post("/logins", async (context) => {
    const body = readJson(await context.req.text());
    const sender = context.req.header("Origin");
    const request = readLoginRequest(body, {
      origin,
      sender: sender === origin ? undefined : sender,
      isConsole: sender !== undefined && sender === consoleOrigin,
      isChallenge: (given) => logins.isChallenge(given),
    }).take();
    if (isErr(request)) return context.json(request.error, 400);
    const { challenge, ...asked } = request;
    const login = await logins.add(challenge, asked, context.env.address);
    if (login === "used") return context.json(CHALLENGE_UNKNOWN, 400);
    if (login === "too_many") return context.json(TOO_MANY, 429);
    const { id, code, until } = login;
    const expiresAt = new Date(until).toISOString();
    const url = `${origin}${pathOf(login)}`;
    return context.json({ id, url, code, expiresAt }, 201);
  });
  app.get("/logins/:id", async (context) => {
    const login = await logins.get(context.req.param("id"));
    return login === undefined ? context.json(EXPIRED, 404) : context.json(stateOf(login));
  });
  // Whoever has asked waits no more: nobody must let in a key that is forgotten.
  app.delete("/logins/:id", async (context) => {
    const id = context.req.param("id");
    await logins.decide(id, endBy(isBound));
    const login = await logins.get(id);
    return login === undefined ? context.json(EXPIRED, 404) : context.json(stateOf(login));
  });
  return app;
}

/** Nobody waits any more: it is as if somebody had refused, and nobody has to be told. */
function endBy(isBound: CarryOut["isBound"]): CarryOut {
  return { verb: "refuse", run: () => Promise.resolve({ kind: "refused" }), isBound };
}

const EXPIRED = { state: "expired" };

/** Whoever has asked is told who has decided, and nothing before that. */
function stateOf({ state, person }: Login): object {
  return { state, ...(state === "bound" && { name: person?.name }) };
}
