import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { LOCAL_ADMIN } from "../platform/secured_platform.ts";
import { connectLogin, type SessionLink } from "./connect_login.ts";
import { domainOf } from "../../runtime/nats/link/js_domain.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import type { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { TrustedKeys } from "../../reconcile/records/trusted_keys.ts";
import { rootsOf } from "../nats_server/security/key_material.ts";
import { withoutCredentials } from "../nats_server/probe/server_url.ts";
import type { CommandContext, ExplainedError } from "./command_context.ts";
import type { GlobalOptions } from "./global_options.ts";
import { type CommandServer, serverOf } from "./server_of_command.ts";

/** A connection of a command. */
export interface CallerLink extends AsyncDisposable {
  readonly url: string;
  readonly messaging: NatsMessaging;
  /** Undefined for somebody who is no admin: they may call what is served, and read no records. */
  readonly authority: Authority | undefined;
  /** Signs what the command decides: the key of the admin who runs it; missing where there is none. */
  readonly signer: KeyPair | undefined;
  /** Public keys whose signatures count, each with whose it is; undefined where none are known. */
  readonly roots: TrustedKeys | undefined;
}

/** A connection of a command, with the authority behind it. */
export interface Connected extends CallerLink {
  readonly authority: Authority;
}

/**
 * Connects a command: to `--nats` or `NATS_URL`, else to the server that a Trellis process runs for
 * this project, else to the local one.
 */
export async function connectCommand(
  context: CommandContext,
): Promise<Result<Connected, ExplainedError>> {
  const link = (await connectCaller(context)).take();
  if (isErr(link)) return link;
  const { authority } = link;
  if (authority !== undefined) return ok({ ...link, authority });
  await link[Symbol.asyncDispose]();
  return err(NO_ADMIN);
}

/** The same for a command that people use who are no admins. */
export async function connectCaller(
  context: CommandContext,
): Promise<Result<CallerLink, ExplainedError>> {
  const server = (await serverOf(context)).take();
  if (isErr(server)) return server;
  const link = (await connectServer(server)).take();
  if (!isErr(link)) return ok(link);
  if (server.key !== undefined || server.login !== undefined) return link;
  return err(adviceWithoutKey(link.error, context.globals));
}

/** A connection, and who it is let in as. */
export interface PrincipalLink extends CallerLink {
  /** Undefined at a server that asks nobody. */
  readonly principal: Principal | undefined;
}

/** Connects to a server as whoever its keys, or the login there, stand for. */
export async function connectServer(
  server: CommandServer,
): Promise<Result<PrincipalLink, ExplainedError>> {
  const { url, keys } = server;
  const opened = (await openLink(server)).take();
  if (isErr(opened)) return opened;
  const { messaging, principal, signer } = opened;
  const link = {
    url,
    messaging,
    principal,
    signer,
    roots: keys && rootsOf(keys),
    [Symbol.asyncDispose]: () => messaging.close(),
  };
  if (principal?.kind === "user") return ok({ ...link, authority: undefined });
  const { connection } = messaging;
  const authority = (await openAuthority(connection, { signer })).take();
  if (!isErr(authority)) return ok({ ...link, authority });
  const domain = domainOf(connection);
  const error = domain === undefined || !authority.error.retryable
    ? authority.error
    : adviceOnDomain(authority.error, domain);
  await messaging.close();
  return err(error);
}

/** A name that is misspelt looks like servers without JetStream. */
function adviceOnDomain({ code, message }: ExplainedError, domain: string): ExplainedError {
  const hint =
    `is there a JetStream domain ${domain}, and is a server of it up? Its name stands in ` +
    "--domain, in NATS_DOMAIN, or behind ?domain= in the address";
  return { code, message, hint };
}

async function openLink(
  { url, key, keys, login }: CommandServer,
): Promise<Result<SessionLink & Pick<CallerLink, "signer">, ExplainedError>> {
  if (key === undefined && login !== undefined) {
    const signer = login.key;
    return (await connectLogin(url, signer)).map((link) => ({
      ...link,
      // Where nobody is asked who they are, nothing is signed.
      signer: link.principal && signer,
    }));
  }
  const principal = key && LOCAL_ADMIN;
  const messaging = (await connectMessaging({
    servers: url,
    name: "trellis cli",
    ...(key === undefined ? {} : { key, principal: LOCAL_ADMIN }),
  })).take();
  if (!isErr(messaging)) return ok({ messaging, principal, signer: keys?.admin });
  return messaging;
}

/** What somebody is told who is no admin. */
export const NO_ADMIN: ExplainedError = {
  code: "trellis.permission.denied",
  message: "this takes an admin, and you are logged in as somebody who is none",
  hint: "have an admin do it, or log in as one: trellis logout, then trellis login",
};

/** An error of who connects without a key, with what to do about it here. */
function adviceWithoutKey(
  error: ExplainedError,
  { nats }: Pick<GlobalOptions, "nats">,
): ExplainedError {
  const { code, message } = error;
  if (code === "trellis.connection.unauthorized") {
    if (nats === undefined) return { code, message, hint: HINT_WITHOUT_SERVER };
    const isAnonymous = withoutCredentials(nats) === nats;
    return isAnonymous
      ? { code, message, hint: "log in there", command: ["login", "--nats", nats] }
      : error;
  }
  if (code !== "trellis.connection.refused" || nats !== undefined) return error;
  return { code, message, hint: "start Trellis (deno task dev), or name the server with --nats" };
}

const HINT_WITHOUT_SERVER =
  "start Trellis for this project (deno task dev), name the project that the server belongs to " +
  "with --project, log in with trellis login, or bring credentials: " +
  "--nats nats://user:password@host";
