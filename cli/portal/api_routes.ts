import { Hono } from "hono";
import { isErr } from "../../contracts/result.ts";
import { readJson } from "../../contracts/json/json.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { readLoginRequest, type Refusal } from "./login_request.ts";
import { decideOnce, type Login, type Logins, pathOf } from "./logins.ts";

const TOO_MANY: Refusal = {
  code: "too_many_logins",
  message: "too many logins wait at the moment",
  hint: "try again in a minute",
};

/** What apps and terminals ask for logins, as JSON. */
export function apiRoutes(
  { origin, consoleOrigin }: {
    readonly origin: string;
    readonly consoleOrigin?: string | undefined;
  },
  logins: Logins,
): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.post("/challenges", (context) => {
    const challenge = logins.challenge(context.env.address);
    return challenge === undefined
      ? context.json(TOO_MANY, 429)
      : context.json({ challenge, origin }, 201);
  });
  app.post("/logins", async (context) => {
    const body = readJson(await context.req.text());
    const sender = context.req.header("Origin");
    const request = readLoginRequest(body, {
      origin,
      sender: sender === origin ? undefined : sender,
      isConsole: sender !== undefined && sender === consoleOrigin,
      takeChallenge: (given) => logins.takeChallenge(given),
    }).take();
    if (isErr(request)) return context.json(request.error, 400);
    const login = logins.add(request, context.env.address);
    if (login === undefined) return context.json(TOO_MANY, 429);
    const { id, code, until } = login;
    const expiresAt = new Date(until).toISOString();
    const url = `${origin}${pathOf(login)}`;
    return context.json({ id, url, code, expiresAt }, 201);
  });
  app.get("/logins/:id", (context) => {
    const login = logins.get(context.req.param("id"));
    return login === undefined ? context.json(EXPIRED, 404) : context.json(stateOf(login));
  });
  // Whoever has asked waits no more: nobody must let in a key that is forgotten.
  app.delete("/logins/:id", async (context) => {
    const login = logins.get(context.req.param("id"));
    if (login === undefined) return context.json(EXPIRED, 404);
    // One that fails at this moment could be made again.
    await login.decision?.catch(() => {});
    await decideOnce(login, () => Promise.resolve({ kind: "refused" }));
    return context.json(stateOf(login));
  });
  return app;
}

const EXPIRED = { state: "expired" };

/** Whoever has asked is told who has decided, and nothing before that. */
function stateOf({ state, person }: Login): object {
  return { state, ...(state === "bound" && { name: person?.user.name }) };
}
