import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { isStarting } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import { lostStreams } from "../../reconcile/nats/lost_streams.ts";
import { onceLed } from "../../reconcile/nats/once_led.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import {
  LOGINS_BUCKET,
  NatsPassingRecords,
} from "../../reconcile/nats/users/nats_passing_records.ts";
import { readPortalAddress } from "../../reconcile/nats/users/portal_address.ts";
import { ReconcileLoop } from "../../reconcile/upkeep/reconcile_loop.ts";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import type { ServedPlatform } from "../../runtime/platform/serve_contract.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { ReconcileCounts } from "../figures/reconcile_counts.ts";
import { StepReports } from "../live/step_reports.ts";
import type { FoundServer } from "../nats_server/find_or_start.ts";
import { ServerError } from "../nats_server/probe/server_error.ts";
import { withoutCredentials } from "../nats_server/probe/server_url.ts";
import { type Unsuitable, whyNotSecure } from "../nats_server/probe/suitability.ts";
import { asksForKeys } from "../nats_server/security/asks_for_keys.ts";
import { rootsOf } from "../nats_server/security/key_material.ts";
import { PortalSecret } from "../portal/portal_secret.ts";
import { Portal } from "../portal/portal.ts";
import { ConsoleServer } from "../console/app/console_server.ts";
import { AcceptedContracts } from "../platform/accepted_contracts.ts";
import { openState } from "../platform/state/open_state.ts";
import { LONGEST_PAUSE_MS, PLATFORM, SecuredPlatform } from "../platform/secured_platform.ts";
import { type DevFailure, type DevOptions, INTERRUPTED } from "./dev_options.ts";
import type { DevReport } from "./dev_report.ts";
import type { FindingServer } from "./project_server.ts";

/** Milliseconds that a cluster that has just started is given to choose its leaders. */
const LEADERS_MS = 30_000;

/** What a session stands on. */
export interface SessionParts {
  readonly server: FoundServer;
  readonly messaging: NatsMessaging;
  /** Lets others in, where the server is secured; undefined where it lets in everybody. */
  readonly platform: SecuredPlatform | undefined;
  /** Keeps state on a server that lets in everybody; elsewhere the platform does. */
  readonly state: ServedPlatform | undefined;
  /** Where people log in, where the server is secured. */
  readonly portal: Portal | undefined;
  /** The pages that show what runs; undefined where they are not wanted. */
  readonly console: ConsoleServer | undefined;
  readonly authority: Authority;
  readonly loop: ReconcileLoop;
  /** How many reconciles have ended, and how. */
  readonly reconciles: ReconcileCounts;
}

/** Connects to the NATS server of a project and opens its authority. What fails leaves nothing behind. */
export async function connectSession(
  options: DevOptions,
  finding: FindingServer,
): Promise<Result<SessionParts, DevFailure>> {
  await using opened = new AsyncDisposableStack();
  const { report, project } = options;
  const found = (await finding).take();
  if (isErr(found)) return found;
  const { server, keys, keysDir } = found;
  opened.defer(() => server.process?.stop());
  if (options.signal.aborted) return err(INTERRUPTED);
  report.server(server);
  report.working("reading contracts");
  const secured = asksForKeys(server) ? keys : undefined;
  if (asksForKeys(server) && secured === undefined) return err(noKeys(server.url, keysDir));
  const unsafe = secured && whyNotSecure(server.identity);
  if (unsafe !== undefined) return err(notSecure(server.url, unsafe));
  const messaging = (await connectMessaging({
    servers: server.url,
    name: "trellis",
    longestPauseMs: LONGEST_PAUSE_MS,
    ...(secured && { key: secured.platform, principal: PLATFORM }),
  })).take();
  if (isErr(messaging)) return messaging;
  opened.use(messaging);
  const [authorized, listening, showing] = await Promise.all([
    openAuthority(messaging.connection, { signer: secured?.platform }),
    secured && openPortal(options, messaging),
    openConsole(options),
  ]);
  const portal = listening?.take();
  if (portal !== undefined && !isErr(portal)) opened.use(portal);
  const shown = showing?.take();
  if (shown !== undefined && !isErr(shown)) opened.use(shown);
  const authority = authorized.take();
  if (isErr(portal)) return portal;
  if (isErr(shown)) return shown;
  if (isErr(authority)) return authority;
  const mode = options.review ? "strict" : "dev";
  const isClustered = mayBeClustered(messaging.connection);
  const starting = {
    waitMs: LEADERS_MS,
    isUnled: (started: Result<unknown, TransportError>) =>
      isClustered && started.isErr() && isStarting(started.error.cause),
  };
  if (secured !== undefined) await tellLost(messaging, report);
  const platform = secured
    ? (await onceLed(() =>
      SecuredPlatform.start({
        servers: server.url,
        keys: secured,
        messaging,
        authority,
        approval: { mode, by: options.by },
        portal: portal?.url,
        onError: (cause) => report.note(`letting sessions in: ${reasonOf(cause)}`),
      }), starting)).take()
    : undefined;
  if (isErr(platform)) return platform;
  const declared = new AcceptedContracts(authority);
  const state = secured
    ? undefined
    : (await onceLed(() => openState({ messaging, authority, declared }), starting)).take();
  if (isErr(state)) return state;
  if (secured !== undefined && platform !== undefined && portal !== undefined) {
    const { now } = platform;
    const onError = (cause: unknown) => report.note(`the portal: ${reasonOf(cause)}`);
    const { pageOrigins = [], webSocketUrl = server.webSocketUrl } = options;
    const servers = [withoutCredentials(server.url), ...(webSocketUrl ? [webSocketUrl] : [])];
    portal.serve({
      platform,
      records: new NatsPassingRecords(messaging.connection, LOGINS_BUCKET),
      secret: new PortalSecret(secured.platform),
      authority,
      mode,
      now,
      onError,
      pageOrigins,
      consoleOrigin: shown?.origin,
      servers,
      project: project.root,
    });
    report.portal(portal.url);
    if (pageOrigins.length > 0 && webSocketUrl === undefined) {
      report.note(
        `no page can connect: the NATS server on ${
          withoutCredentials(server.url)
        } was not started ` +
          "for pages; say where it takes WebSocket with --websocket-url",
      );
    }
  }
  if (shown !== undefined) {
    report.console(shown.serve({
      url: server.url,
      by: options.by,
      roots: secured && rootsOf(secured),
      portal,
      onError: (cause) => report.note(`the Console: ${reasonOf(cause)}`),
    }));
  }
  const steps = new StepReports(messaging);
  const reconciles = new ReconcileCounts();
  const loop = await ReconcileLoop.start({
    authority,
    connection: messaging.connection,
    by: options.by,
    report: (event) => {
      report.reconcile(event);
      steps.tell(event);
    },
    ended: reconciles.add,
  });
  // From here on the session closes them.
  opened.move();
  return ok({
    server,
    messaging,
    platform,
    state,
    portal,
    console: shown,
    authority,
    loop,
    reconciles,
  });
}

/** A server that was restored in part would otherwise have nobody's sessions and no history, without a word. */
async function tellLost({ connection }: NatsMessaging, report: DevReport): Promise<void> {
  // What cannot be read is said by whatever needs it.
  const lost = await lostStreams(connection).catch(() => []);
  if (lost.length === 0) return;
  report.note(
    `this server has records of Trellis, and lacks ${lost.join(", ")}: made anew, and empty. ` +
      "Where it was restored from a backup, restore all of it: trellis restore",
  );
}

async function openPortal(
  { portalPort, portalUrl: publicUrl }: DevOptions,
  { connection }: NatsMessaging,
): Promise<Result<Portal, DevFailure>> {
  // What cannot be read was never written.
  const before = (await readPortalAddress(connection)).take();
  return await Portal.listen(portalPort, { before: isErr(before) ? undefined : before, publicUrl });
}

async function openConsole({ project, consolePort }: DevOptions) {
  if (consolePort === undefined) return undefined;
  return await ConsoleServer.listen(project.stateDir, consolePort);
}

function noKeys(url: string, dir: string): DevFailure {
  return {
    code: "trellis.connection.unauthorized",
    message: `the NATS server at ${url} asks for credentials, and there are none in ${dir}`,
    hint:
      `put the keys of that server there, or name it with its user: --nats nats://user:password@host`,
  };
}

function notSecure(url: string, { code, reason, hint }: Unsuitable): ServerError {
  return new ServerError(code, `${withoutCredentials(url)} ${reason}`, { hint });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
