import type { Result } from "../../contracts/result.ts";
import type { ServerError } from "../nats_server/probe/server_error.ts";
import { listen, type PageServer } from "../pages/listen.ts";
import type { HealthRoute } from "./health_route.ts";
import type { Readiness } from "./readiness.ts";

/** How health is served. */
export interface HealthOptions {
  /** The address to listen on, as `0.0.0.0` in a container; that of this machine only unless given. */
  readonly host?: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  /** Asked at each request. */
  readonly readiness: () => Promise<Readiness>;
  /** What is answered beside `/livez` and `/readyz`. */
  readonly routes: readonly HealthRoute[];
}

/** Answers the probes of whatever looks after this process. Errors: `port_taken`, `port_unusable`. */
export async function serveHealth(
  { host, port, readiness, routes }: HealthOptions,
): Promise<Result<PageServer, ServerError>> {
  const { healthApp } = await import("./health_app.ts");
  const app = healthApp(readiness, routes);
  return await listen({
    host,
    port,
    option: "--health-port",
    answer: (request) => app.fetch(request),
  });
}
