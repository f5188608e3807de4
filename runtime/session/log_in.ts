import { setTimeout as delay } from "node:timers/promises";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bootstrap } from "../../contracts/stored/bootstrap.ts";
import { isSecured } from "../nats/connection.ts";
import { connectMessaging, type NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { type Asker, type LoginLink, PortalClient } from "./portal_client.ts";
import { isEnded, requestBootstrap } from "./request_bootstrap.ts";

/** Between two looks whether somebody has decided. */
const POLL_MS = 500;
/** Looks that a portal may leave without an answer: it may be starting again. */
const MOST_LOST = 20;

/** How somebody is asked to log in. */
export interface LogInOptions extends Omit<Asker, "key"> {
  readonly servers: string | readonly string[];
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** The key of the login before, if there was one. */
  readonly key?: KeyPair | undefined;
  /** Address of the portal; the server says it unless given. */
  readonly portal?: string | undefined;
  /** Shows a person where to go. */
  readonly show: (link: LoginLink) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** What became of a login. */
export type LoggedIn =
  /** The server asks nobody who they are. */
  | { readonly kind: "open" }
  /** The key that there was needs none. */
  | { readonly kind: "known" }
  /** Somebody of this name has let a new key in. */
  | { readonly kind: "new"; readonly key: KeyPair; readonly name: string }
  /** Nobody waits any more, and nothing was done. */
  | { readonly kind: "aborted" };

/**
 * Has a person let a new key in, where there is none that is good: a key is for one session.
 *
 * Errors: `trellis.login.*`, `trellis.connection.*`, `trellis.bootstrap.failed`.
 */
export async function logIn(options: LogInOptions): Promise<Result<LoggedIn, TransportError>> {
  const { servers, name, key } = options;
  if (key !== undefined) {
    const before = (await connectMessaging({ servers, name, key })).take();
    if (isErr(before)) return before;
    await using messaging = before;
    if (!isSecured(messaging.connection)) return ok({ kind: "open" });
    const bootstrap = (await requestBootstrap(messaging)).take();
    if (isErr(bootstrap)) return bootstrap;
    if (!needsLogin(bootstrap)) return ok({ kind: "known" });
  }
  const made = KeyPair.generate("user");
  const connected = (await connectMessaging({ servers, name, key: made })).take();
  if (isErr(connected)) return connected;
  await using messaging = connected;
  if (!isSecured(messaging.connection)) return ok({ kind: "open" });
  return await askFor(made, messaging, options);
}

async function askFor(
  key: KeyPair,
  messaging: NatsMessaging,
  { portal: given, device, contract, show, signal }: LogInOptions,
): Promise<Result<LoggedIn, TransportError>> {
  const portal = (await portalOf(given, messaging)).take();
  if (isErr(portal)) return portal;
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
    if (state === "refused") return err(refused());
    if (state === "expired") return err(expired());
    const wait = isAborted || signal === undefined ? {} : { signal };
    await delay(POLL_MS, undefined, wait).catch(() => {});
  }
}

/** The portal that is named, or that the server speaks of. */
async function portalOf(
  given: string | undefined,
  messaging: NatsMessaging,
): Promise<Result<PortalClient, TransportError>> {
  if (given !== undefined) return PortalClient.at(given);
  const bootstrap = (await requestBootstrap(messaging)).take();
  if (isErr(bootstrap)) return bootstrap;
  const portal = bootstrap.state === "limbo" ? bootstrap.portal : undefined;
  return portal === undefined ? err(noPortal()) : PortalClient.at(portal);
}

/** Whether the platform knows who holds the key of a connection; it may still wait for an approval. */
async function isKnown(messaging: NatsMessaging): Promise<boolean> {
  const bootstrap = (await requestBootstrap(messaging)).take();
  return !isErr(bootstrap) && !needsLogin(bootstrap);
}

function needsLogin(bootstrap: Bootstrap): boolean {
  return bootstrap.state === "limbo" && isEnded(bootstrap.reason);
}

function refused(): TransportError {
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
