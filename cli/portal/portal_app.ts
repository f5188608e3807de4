import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { WELL_KNOWN } from "../../runtime/session/portal_client.ts";
import type { FirstAdmin } from "./first_admin.ts";
import { boundedBody, onlyHost, secureHeaders } from "../pages/guards.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { mostBytes, onlyFrom, POLICIES } from "./guards.ts";
import { apiRoutes } from "./api_routes.ts";
import { beginRoutes, loginRoutes } from "./login_routes.ts";
import { isKeyBound, type LoginParts } from "./carry_out_login.ts";
import { Logins, type LoginsParts } from "./logins.ts";
import { messagePage } from "./layout.ts";
import { PORTAL_CSS } from "./portal_css.ts";
import type { OidcProvider } from "../oidc/oidc_provider.ts";
import { oidcRoutes, oidcWays } from "./oidc_routes.ts";
import { passwordRoutes } from "./password_routes.ts";

/** What the portal stands on. */
export interface PortalParts extends LoginParts, LoginsParts {
  /** Where it is, as `http://127.0.0.1:41234`: it answers under no other name. */
  readonly origin: string;
  /** Origins of the pages that may ask for logins, as `https://app.example.com`. */
  readonly pageOrigins: readonly string[];
  /** Where the Console is, which asks as a terminal does: for everything that an admin may do. */
  readonly consoleOrigin?: string | undefined;
  /** Addresses of the NATS server; pages connect to those of WebSocket. */
  readonly servers: readonly string[];
  readonly firstAdmin: FirstAdmin;
  /** By whom people can sign in, beside passwords. */
  readonly providers: readonly OidcProvider[];
  /** Told of what failed; whoever asked is told no more than that. */
  readonly onError: (cause: unknown) => void;
}

/** The pages for people, and what programs ask for logins. */
export function portalApp(parts: PortalParts): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const logins = new Logins(parts);
  // Nobody names the Console as a page that may ask: it is ours.
  const pages = [...parts.pageOrigins, ...(parts.consoleOrigin ? [parts.consoleOrigin] : [])];
  app.use(secureHeaders(parts.origin, POLICIES));
  app.use(onlyHost(parts.origin, answer));
  app.use(onlyFrom(parts.origin, pages, answer));
  app.use("/api/*", cors(corsOptions(parts.pageOrigins)));
  app.use(WELL_KNOWN, cors(corsOptions(parts.pageOrigins)));
  app.use(boundedBody(answer, { mostBytes }));
  app.get("/", (context) =>
    context.html(
      messagePage(
        "Trellis is running",
        "Here people log in. There is nothing to do unless an app or a terminal asks you to: " +
          "trellis login.",
      ),
    ));
  app.get("/portal.css", (context) => {
    context.header("Content-Type", "text/css; charset=utf-8");
    return context.body(PORTAL_CSS);
  });
  app.get(WELL_KNOWN, (context) => context.json(wellKnown(parts)));
  app.get("/favicon.ico", (context) => context.body(null, 204));
  app.route(
    "/api",
    apiRoutes({ ...parts, isBound: (login, at) => isKeyBound(login, at, parts) }, logins),
  );
  const ways = oidcWays(parts.providers);
  app.route("/begin", beginRoutes(logins));
  app.route("/login", loginRoutes(parts, logins, ways));
  app.route("/oidc", oidcRoutes(parts, logins));
  app.route("/", passwordRoutes(parts.platform.users, parts.firstAdmin, ways));
  app.notFound((context) => answer(context, 404, "There is no such page."));
  app.onError((cause, context) => {
    parts.onError(cause);
    if (cause instanceof AuthorityError && cause.code === "unavailable") {
      return answer(context, 503, "The NATS server cannot be reached. Try again in a minute.");
    }
    return answer(context, 500, "Something failed here. The log of Trellis says what.");
  });
  return app;
}

/** What clients need to know to connect, from the address of the portal alone. */
function wellKnown({ origin, servers }: PortalParts): object {
  const isHere = (server: string) =>
    /^[a-z]+:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/.test(server);
  // Whoever comes through a proxy is on another machine.
  const reachable = origin.startsWith("https:") ? servers.filter((one) => !isHere(one)) : servers;
  return { servers: reachable, portal: origin };
}

/** Whoever asks is known by the key that they sign with, so no cookie has to come along. */
function corsOptions(origins: readonly string[]) {
  return {
    origin: [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["Content-Type"],
    maxAge: 600,
  };
}

function answer(
  context: Context<PageEnv>,
  status: 403 | 404 | 408 | 413 | 421 | 500 | 503,
  why: string,
): Response | Promise<Response> {
  const title = status === 404 ? "Not found" : status === 500 ? "That failed" : "Refused";
  if (context.req.path.startsWith("/api/")) return context.json({ message: why }, status);
  return context.html(messagePage(title, why), status);
}
