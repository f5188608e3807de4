import { join } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { ReconcileLoop } from "../../reconcile/upkeep/reconcile_loop.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { findOrStartServer, type FoundServer } from "../nats_server/find_or_start.ts";
import { asksForKeys } from "../nats_server/security/asks_for_keys.ts";
import { openKeyFolder } from "../nats_server/security/key_folder.ts";
import { type KeyMaterial, serverKeysOf } from "../nats_server/security/key_material.ts";
import { embeddedServerConfig } from "../nats_server/security/server_config.ts";
import { PLATFORM, SecuredPlatform } from "../platform/secured_platform.ts";
import { type DevFailure, type DevOptions, INTERRUPTED } from "./dev_options.ts";
import { Project } from "./project.ts";

/** What a session stands on. */
export interface SessionParts {
  readonly project: Project;
  readonly server: FoundServer;
  readonly messaging: NatsMessaging;
  /** Lets others in, where the server is secured; undefined where it lets in everybody. */
  readonly platform: SecuredPlatform | undefined;
  readonly authority: Authority;
  readonly loop: ReconcileLoop;
}

/** Finds or starts the NATS server of a project and opens its authority. What fails leaves nothing behind. */
export async function connectSession(
  options: DevOptions,
): Promise<Result<SessionParts, DevFailure>> {
  await using opened = new AsyncDisposableStack();
  const { report } = options;
  const project = new Project(options.dir);
  const keys = (await openKeyFolder(keysDir(project))).take();
  if (isErr(keys)) return keys;
  report.working("looking for a NATS server");
  const server = (await findServer(options, project, keys)).take();
  if (isErr(server)) return server;
  opened.defer(() => server.process?.stop());
  if (options.signal.aborted) return err(INTERRUPTED);
  report.server(server);
  report.working("reading contracts");
  const secured = asksForKeys(server);
  const messaging = (await connectMessaging({
    servers: server.url,
    name: "trellis",
    ...(secured ? { key: keys.platform, principal: PLATFORM } : {}),
  })).take();
  if (isErr(messaging)) return messaging;
  opened.use(messaging);
  const authority = (await openAuthority(messaging.connection)).take();
  if (isErr(authority)) return authority;
  const platform = secured
    ? (await SecuredPlatform.start({
      servers: server.url,
      keys,
      messaging,
      authority,
      onError: (cause) => report.note(`nobody could be let in: ${reasonOf(cause)}`),
    })).take()
    : undefined;
  if (isErr(platform)) return platform;
  const loop = await ReconcileLoop.start({
    authority,
    connection: messaging.connection,
    by: options.by,
    report: (event) => report.reconcile(event),
  });
  // From here on the session closes them.
  opened.move();
  return ok({ project, server, messaging, platform, authority, loop });
}

function keysDir(project: Project): string {
  return join(project.stateDir, "keys");
}

function findServer(
  { nats, waitMs, signal, defaultPort, report }: DevOptions,
  project: Project,
  keys: KeyMaterial,
) {
  return findOrStartServer({
    url: nats,
    waitMs,
    signal,
    defaultPort,
    storeDir: join(project.stateDir, "nats"),
    logFile: join(project.stateDir, "nats.log"),
    configText: embeddedServerConfig(serverKeysOf(keys)),
    onProgress: (message) => report.working(message),
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
