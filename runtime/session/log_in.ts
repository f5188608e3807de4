import { TransportError } from "../../contracts/errors/transport_error.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bootstrap } from "../../contracts/stored/bootstrap.ts";
import { isSecured } from "../nats/connection.ts";
import { pause } from "../nats/pause.ts";
import { connectMessaging, type NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { type Asker, type LoginLink, PortalClient } from "./portal_client.ts";
import { endSession } from "./end_session.ts";
import { isEnded, requestBootstrap } from "./request_bootstrap.ts";

/** Between two looks whether somebody has decided. */
const POLL_MS = 500;
/** Looks that a portal may leave without an answer: it may be starting again. */
const MOST_LOST = 20;

/** How somebody is asked to log in. */
export interface LogInOptions<Key extends SessionKey> extends Omit<Asker, "key"> {
  readonly servers: string | readonly string[];
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** Makes the key that is let in. */
  readonly newKey: () => Key | Promise<Key>;
  /** The key of the login before, if there was one. */
  readonly key?: SessionKey | undefined;
  /** Address of the portal; the server says it unless given. */
  readonly portal?: string | undefined;
  /** Shows a person where to go. */
  readonly show: (link: LoginLink) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** What became of a login. */
export type LoggedIn<Key extends SessionKey> =
  /** The server asks nobody who they are. */
  | { readonly kind: "open" }
  /** The key that there was needs none. */
  | { readonly kind: "known" }
  /** Somebody of this name has let a new key in. */
  | { readonly kind: "new"; readonly key: Key; readonly name: string }
  /** Nobody waits any more, and nothing was done. */
  | { readonly kind: "aborted" };

/**
 * Has a person let a new key in, where there is none that is good: a key is for one session.
 *
 * Errors: `trellis.login.*`, `trellis.connection.*`, `trellis.bootstrap.failed`.
 */
export async function logIn<Key extends SessionKey>(
  options: LogInOptions<Key>,
): Promise<Result<LoggedIn<Key>, TransportError>> {
  const { key } = options;
  const standing = key && (await standingOf(key, options)).take();
  if (isErr(standing)) return standing;
  if (standing !== undefined && standing.kind !== "login") return ok(standing);
  const made = await options.newKey();
  return await withConnection(made, options, (messaging) => askFor(made, messaging, options));
}

/** What becomes of a key as it is. */
export type Standing =
  | Extract<LoggedIn<never>, { readonly kind: "open" | "known" }>
  /** It lets nobody in before somebody has logged in there. */
  | { readonly kind: "login"; readonly portal: PortalClient };

/**
 * Whether somebody has to log in, and where.
 *
 * Errors: `trellis.connection.*`, `trellis.bootstrap.failed`, `trellis.login.unavailable`.
 */
export function standingOf(
  key: SessionKey,
  { portal, ...place }: Pick<LogInOptions<SessionKey>, "servers" | "name" | "portal">,
): Promise<Result<Standing, TransportError>> {
  return withConnection(key, place, (messaging) => readStanding(messaging, portal));
}

/** Ends the session of a key, where it has one. What fails is left: the session ends by itself. */
export async function endLogin(
  key: SessionKey,
  place: Pick<LogInOptions<SessionKey>, "servers" | "name">,
): Promise<void> {
  await withConnection(key, place, async (messaging) => {
    const bootstrap = (await requestBootstrap(messaging)).take();
    if (isErr(bootstrap) || bootstrap.state === "limbo") return ok();
    messaging.identify(bootstrap.principal);
    await endSession(messaging);
    return ok();
  });
}

/** Does something over a connection that is closed afterwards. */
async function withConnection<T>(
  key: SessionKey,
  { servers, name }: Pick<LogInOptions<SessionKey>, "servers" | "name">,
  work: (messaging: NatsMessaging) => Promise<Result<T, TransportError>>,
): Promise<Result<T, TransportError>> {
  const messaging = (await connectMessaging({ servers, name, key })).take();
  if (isErr(messaging)) return messaging;
  try {
    return await work(messaging);
  } finally {
    await messaging.close();
  }
}

async function readStanding(
  messaging: NatsMessaging,
  given: string | undefined,
): Promise<Result<Standing, TransportError>> {
  if (!isSecured(messaging.line)) return ok({ kind: "open" });
  const bootstrap = (await requestBootstrap(messaging)).take();
  if (isErr(bootstrap)) return bootstrap;
  if (!needsLogin(bootstrap)) return ok({ kind: "known" });
  const portal = given ?? (bootstrap.state === "limbo" ? bootstrap.portal : undefined);
  if (portal === undefined) return err(noPortal());
  return PortalClient.at(portal).map((portal) => ({ kind: "login", portal }));
}

async function askFor<Key extends SessionKey>(
  key: Key,
  messaging: NatsMessaging,
  { portal: given, device, contract, show, signal }: LogInOptions<Key>,
): Promise<Result<LoggedIn<Key>, TransportError>> {
  const standing = (await readStanding(messaging, given)).take();
  if (isErr(standing)) return standing;
  if (standing.kind !== "login") return ok(standing);
  const { portal } = standing;
  const asked = (await portal.ask({ key, device, contract })).take();
  if (isErr(asked)) return asked;
  const { id, ...link } = asked;
  show(link);
  let lost = 0;
  for (;;) {
    const isAborted = signal?.aborted === true;
    const now = (isAborted ? await portal.cancel(id) : await portal.progress(id)).take();
    // The server knows best: a portal that is gone, or has started again, may have let it in before. A key
    // that nobody has must not stay, also where it is let in at the moment when it is ended.
    const state = isErr(now) ? "lost" : now.state;
    const mayBeIn = state === "bound" || state === "lost" || state === "expired";
    if (mayBeIn && await isKnown(messaging)) {
      return ok({ kind: "new", key, name: isErr(now) ? "" : now.name });
    }
    if (isAborted && state !== "bound") return ok({ kind: "aborted" });
    if (isErr(now) && ++lost > MOST_LOST) return now;
    if (state === "refused") return err(refusedLogin());
    if (state === "expired") return err(expired());
    await pause(POLL_MS, isAborted ? undefined : signal);
  }
}

/** Whether the platform knows who holds the key of a connection; it may still wait for an approval. */
async function isKnown(messaging: NatsMessaging): Promise<boolean> {
  const bootstrap = (await requestBootstrap(messaging)).take();
  return !isErr(bootstrap) && !needsLogin(bootstrap);
}

function needsLogin(bootstrap: Bootstrap): boolean {
  return bootstrap.state === "limbo" && isEnded(bootstrap.reason);
}

/** The error of a login that a person has refused. */
export function refusedLogin(): TransportError {
  return new TransportError({
    message: "the login was refused on the page",
    code: "trellis.login.refused",
    hint: "nothing was kept; try again if that was a mistake",
  });
}

function expired(): TransportError {
  return new TransportError({
    message: "nobody has logged in within ten minutes, or Trellis was started again",
    code: "trellis.login.expired",
    hint: "try again",
  });
}

function noPortal(): TransportError {
  return new TransportError({
    message: "the Trellis that runs this server does not say where to log in",
    code: "trellis.login.unavailable",
    hint: "trellis dev and trellis start serve a portal, and print its address",
  });
}
