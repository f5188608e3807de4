import type { Authenticator, NatsConnection, TlsOptions } from "@nats-io/nats-core";
import { parseCallerToken, sessionOf } from "../../contracts/identity/caller.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { Backoff } from "./backoff.ts";
import { type ConnectionEvent, watchConnection } from "./connection_events.ts";
import { diallers, type Route, withoutCredentials } from "./dial/dialler.ts";
import { useDomain } from "./link/js_domain.ts";
import { toConnectError } from "./library_error.ts";
import { libraryConnection, type Link } from "./link/link.ts";
import { reportUncaught } from "./report_uncaught.ts";
import { ReconnectPace } from "./reconnect_pace.ts";
import { isSupported, MIN_SERVER_VERSION } from "./server_version.ts";
import { isSessionToken, newSessionToken } from "./session_token.ts";

const DEFAULT_TIMEOUT_MS = 5000;

/**
 * A server that asks Trellis about a key waits two seconds for the answer, and says no afterwards. With an
 * answer it takes a few milliseconds.
 */
const UNANSWERED_MS = 1900;

/** How a connection is opened. */
export interface ConnectionSettings {
  /** One address or several, as `nats://127.0.0.1:4222`. */
  readonly servers: string | readonly string[];
  /** Shown in the server's list of connections. */
  readonly name: string;
  /**
   * Proves who connects, to servers that are secured: answers the server's challenge, and names the session.
   * Servers that ask for nothing let it in as they let in everybody.
   */
  readonly key?: SessionKey;
  /** The session token: 1 to 128 letters, digits, `-` and `_`; that of the key, or a fresh random one, unless given. */
  readonly session?: string;
  /** Milliseconds that one server may take to accept the first connection; 5000 unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds to go on trying while no server answers; 0 unless given: the first failure counts. */
  readonly waitMs?: number;
  /** Milliseconds between two tests whether the link is alive; 1000 unless given. */
  readonly pingMs?: number;
  /** Milliseconds at most between two attempts to connect again; 5000 unless given. */
  readonly longestPauseMs?: number;
  /** Milliseconds at least between two connects, asked for at each; 0 unless given. */
  readonly leastPauseMs?: () => number;
  /** User name, for servers that ask for one. */
  readonly user?: string;
  /** Password beside `user`. */
  readonly pass?: string;
  /** Token, for servers that ask for one. */
  readonly token?: string;
  /** Answers the server's challenge: nkeys, JWTs. */
  readonly authenticator?: Authenticator | Authenticator[];
  /** TLS settings; addresses with `tls://` and servers that demand TLS get it without. */
  readonly tls?: TlsOptions;
  /** Called with everything that happens to the connection; a missing permission shows up only here. */
  readonly onStatus?: (event: ConnectionEvent) => void;
}

/**
 * Opens a connection. Without `waitMs` it fails at once when no server answers; once open, the
 * connection is restored without end. A link that is half open is noticed within three times `pingMs`.
 *
 * Errors: `trellis.connection.refused`, `trellis.connection.unauthorized`,
 * `trellis.server.unsupported`.
 */
export async function openLink(
  settings: ConnectionSettings,
): Promise<Result<Link, TransportError>> {
  const { waitMs = 0, session = sessionFor(settings) } = settings;
  if (!isSessionToken(session)) {
    throw new TypeError("a session token is 1 to 128 letters, digits, - and _");
  }
  const route = diallers.routeTo([settings.servers].flat()).take();
  if (isErr(route)) return route;
  const backoff = new Backoff(performance.now() + waitMs);
  for (;;) {
    const opened = await openOnce(settings, session, route);
    const refused = opened.isErr() && opened.error.code === "trellis.connection.refused";
    if (!refused || !await backoff.pause()) return opened;
  }
}

/** The same, for what needs the connection of NATS' library; throws for addresses of WebSocket. */
export async function openConnection(
  settings: ConnectionSettings,
): Promise<Result<NatsConnection, TransportError>> {
  return (await openLink(settings)).map(libraryConnection);
}

async function openOnce(
  settings: ConnectionSettings,
  session: string,
  { servers, dial, domain, needsTls }: Route,
): Promise<Result<Link, TransportError>> {
  const { name, timeoutMs = DEFAULT_TIMEOUT_MS } = settings;
  const started = performance.now();
  const pace = new ReconnectPace(settings.longestPauseMs);
  let connection: Link;
  try {
    connection = await dial({
      servers: [...servers],
      name,
      timeout: timeoutMs,
      inboxPrefix: inboxPrefix(session),
      // Traces of asynchronous calls cost a third of the throughput.
      noAsyncTraces: true,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
      pingInterval: settings.pingMs ?? 1000,
      maxPingOut: 2,
      reconnectDelayHandler: () => Math.max(pace.pauseMs, settings.leastPauseMs?.() ?? 0),
      user: settings.user,
      pass: settings.pass,
      token: settings.token,
      authenticator: settings.authenticator,
      // The library takes what a server offers, whatever the address says, unless TLS is asked for.
      tls: settings.tls ?? (needsTls ? {} : undefined),
    }, settings.key);
  } catch (cause) {
    const shown = servers.map(withoutCredentials).join(", ");
    const error = toConnectError(cause, shown, timeoutMs);
    const isRefusal = error.code === "trellis.connection.unauthorized";
    const took = performance.now() - started;
    return err(
      isRefusal && settings.key !== undefined && took > UNANSWERED_MS
        ? noAnswerOfTrellis(shown)
        : error,
    );
  }
  const unsupported = unsupportedServer(connection);
  if (unsupported !== undefined) {
    await connection.close();
    return err(unsupported);
  }
  if (domain !== undefined) useDomain(connection, domain);
  keepPace(connection, pace).catch(reportUncaught);
  if (settings.onStatus !== undefined) watchConnection(connection, settings.onStatus);
  return ok(connection);
}

/** The session that a connection with these settings has: of its key, or a fresh random one. */
export function sessionFor({ key }: Pick<ConnectionSettings, "key">): string {
  return key === undefined ? newSessionToken() : sessionOf(key.publicKey);
}

/** True when the server asked for proof, so that what it lets through was permitted. */
export function isSecured(connection: Pick<Link, "info">): boolean {
  return connection.info?.auth_required === true;
}

async function keepPace(connection: Link, pace: ReconnectPace): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === "reconnecting") pace.attempt();
    else if (type === "reconnect") pace.succeeded();
  }
}

/** Where replies to a session go; the only thing besides its own subjects that it subscribes to. */
export function inboxPrefix(session: string): string {
  return `_INBOX.${session}`;
}

/**
 * The same by how a caller is known. Where nobody is checked, that is with who it says that it is: its inbox is that of
 * its session all the same.
 */
export function callerInbox(caller: string): string {
  return inboxPrefix(parseCallerToken(caller)?.session ?? caller);
}

function unsupportedServer(connection: Link): TransportError | undefined {
  const version = connection.info?.version ?? "";
  // Of what is not a version it is not known what it can do.
  if (isSupported(version)) return undefined;
  return new TransportError({
    message: `the NATS server at ${connection.getServer()} is version ${version || "unknown"}; ` +
      `Trellis needs ${MIN_SERVER_VERSION} or newer`,
    code: "trellis.server.unsupported",
    hint: "Update the NATS server, or connect to another one.",
  });
}

/** The error of a connect that the server refused because it could not ask whether to let it in. */
export function noAnswerOfTrellis(server?: string): TransportError {
  return new TransportError({
    message:
      `no connection to NATS${server === undefined ? "" : ` at ${server}`}: the server asked ` +
      "Trellis whether this key may come in, and got no answer",
    code: "trellis.connection.refused",
    hint: "Check that the Trellis process of this server runs and is not stopped.",
  });
}
