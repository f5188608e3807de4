/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { Hono } from "hono";
import type { ConsoleEnv } from "../console_env.ts";
import { auditRoutes } from "./audit/audit_routes.tsx";
import { grantsRoutes } from "./grants/grants_routes.tsx";
import { runnerRoutes } from "./runners/runner_routes.tsx";
import { sessionsRoutes } from "./sessions/sessions_routes.tsx";
import { usersRoutes } from "./users/users_routes.tsx";

/** The pages about who may come in, and what they hold; mounted under `/people`. */
export function peopleRoutes(): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/", (context) => context.redirect("/people/users"))
    .route("/users", usersRoutes())
    .route("/devices", runnerRoutes("device"))
    .route("/agents", runnerRoutes("agent"))
    .route("/sessions", sessionsRoutes())
    .route("/grants", grantsRoutes())
    .route("/audit", auditRoutes());
}
