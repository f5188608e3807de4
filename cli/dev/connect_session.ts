import { join } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { ReconcileLoop } from "../../reconcile/upkeep/reconcile_loop.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { findOrStartServer, type FoundServer } from "../nats_server/find_or_start.ts";
import { type DevFailure, type DevOptions, INTERRUPTED } from "./dev_options.ts";
import { Project } from "./project.ts";

/** What a session stands on. */
export interface SessionParts {
  readonly project: Project;
  readonly server: FoundServer;
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
  readonly loop: ReconcileLoop;
}

/** Finds or starts the NATS server of a project and opens its authority. What fails leaves nothing behind. */
export async function connectSession(
  options: DevOptions,
): Promise<Result<SessionParts, DevFailure>> {
  const { report, nats, defaultPort } = options;
  const project = new Project(options.dir);
  report.working("looking for a NATS server");
  const server = (await findOrStartServer({
    url: nats,
    waitMs: options.waitMs,
    signal: options.signal,
    defaultPort,
    storeDir: join(project.stateDir, "nats"),
    logFile: join(project.stateDir, "nats.log"),
    onProgress: (message) => report.working(message),
  })).take();
  if (isErr(server)) return server;
  if (options.signal.aborted) {
    await server.process?.stop();
    return err(INTERRUPTED);
  }
  report.server(server);
  report.working("reading contracts");
  const messaging = (await connectMessaging({ servers: server.url, name: "trellis" })).take();
  if (isErr(messaging)) {
    await server.process?.stop();
    return messaging;
  }
  const authority = (await openAuthority(messaging.connection)).take();
  if (isErr(authority)) {
    await messaging.close();
    await server.process?.stop();
    return authority;
  }
  const loop = await ReconcileLoop.start({
    authority,
    connection: messaging.connection,
    by: options.by,
    report: (event) => report.reconcile(event),
  });
  return ok({ project, server, messaging, authority, loop });
}
