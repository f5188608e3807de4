import { setTimeout as delay } from "node:timers/promises";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { connectMessaging, type NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { requestBootstrap } from "../../../runtime/session/request_bootstrap.ts";
import { type AskedLogin, PortalClient } from "./portal_client.ts";
import { StoredLogins } from "../../program/stored_login.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { configDir } from "../../program/config_dir.ts";
import { connectLogin } from "../../program/connect_login.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { progress } from "../../terminal/progress.ts";
import { openServer, showSession } from "./run_whoami.ts";

/** Between two looks whether somebody has decided. */
const POLL_MS = 500;

/** Logs the person at this machine in, and keeps the key. */
export async function runLogin(
  { url: given }: { readonly url: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const dir = configDir();
  if (dir === undefined) return failed(context, NO_HOME);
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  const { url } = server;
  const logins = new StoredLogins(dir);
  const before = (await logins.read(url)).take();
  if (isErr(before)) return failed(context, before.error);
  if (before !== undefined && await letsIn(url, before.key)) {
    context.output.talk("you are logged in already; trellis logout ends that");
    return await showSession({ url, login: before }, context);
  }
  const key = KeyPair.generate("user");
  const connected = (await connectMessaging({ servers: url, name: "trellis login", key })).take();
  if (isErr(connected)) return failed(context, connected.error);
  let name: string | undefined;
  {
    await using messaging = connected;
    if (!isSecured(messaging.connection)) return failed(context, openServer(url));
    const bound = (await bind(key, messaging, given, context)).take();
    if (isErr(bound)) return failed(context, bound.error);
    name = bound;
  }
  if (name === undefined) return EXIT_CODE.interrupted;
  await logins.write(url, { key, name });
  if (server.key !== undefined) {
    context.output.talk("commands in this project go on with its own keys, in .trellis/keys");
  }
  return await showSession({ url, login: { key, name } }, context);
}

/** Has a person let the key in; answers their name, and undefined after Ctrl-C: then nothing was done. */
async function bind(
  key: KeyPair,
  messaging: NatsMessaging,
  given: string | undefined,
  context: CommandContext,
): Promise<Result<string | undefined, ExplainedError>> {
  const portal = (await portalOf(given, messaging)).take();
  if (isErr(portal)) return portal;
  const asked = (await portal.ask(key, context.by)).take();
  if (isErr(asked)) return asked;
  tellLink(asked, context);
  using waiting = progress(context.terminal, "waiting until you have logged in there");
  for (;;) {
    const { aborted } = context.signal;
    const now = aborted ? await portal.cancel(asked.id) : await portal.progress(asked.id);
    const found = now.take();
    if (isErr(found)) return aborted ? ok(undefined) : found;
    // Who lets it in at the moment of Ctrl-C is logged in: a key that nobody has must not stay.
    if (found.state === "bound" && await isKnown(messaging)) {
      waiting.done("logged in");
      return ok(found.name);
    }
    if (aborted && found.state !== "bound") return ok(undefined);
    if (found.state === "refused" || found.state === "expired") return err(ENDED[found.state]);
    await delay(POLL_MS, undefined, aborted ? {} : { signal: context.signal }).catch(() => {});
  }
}

/** The portal that is named, or that the server speaks of. */
async function portalOf(
  given: string | undefined,
  messaging: NatsMessaging,
): Promise<Result<PortalClient, ExplainedError>> {
  if (given !== undefined) return PortalClient.at(given);
  const bootstrap = (await requestBootstrap(messaging)).take();
  if (isErr(bootstrap)) return bootstrap;
  const portal = bootstrap.state === "limbo" ? bootstrap.portal : undefined;
  return portal === undefined ? err(NO_PORTAL) : PortalClient.at(portal);
}

/** The link and the code: data for programs, and for people what they have to do. */
function tellLink(
  { url, code, expiresAt }: AskedLogin,
  { terminal, globals, output }: CommandContext,
) {
  if (globals.json) return output.data({ url, code, expiresAt }, "");
  const { err } = terminal;
  // Said with --quiet, too: without it nothing can go on.
  err.line("Open this page, which is valid for ten minutes, and log in there:");
  err.line(`  ${err.style.cyan(url)}`);
  err.line(`Go on only where the page shows this code: ${err.style.bold(code)}`);
}

/** Whether the platform knows who holds the key of this connection. */
async function isKnown(messaging: NatsMessaging): Promise<boolean> {
  const bootstrap = (await requestBootstrap(messaging)).take();
  return !isErr(bootstrap) &&
    (bootstrap.state === "admitted" || bootstrap.reason !== "login_required");
}

/** Whether a key that was kept is good for anything. */
async function letsIn(url: string, key: KeyPair): Promise<boolean> {
  const link = (await connectLogin(url, key)).take();
  if (isErr(link)) return false;
  await link.messaging.close();
  return link.principal !== undefined;
}

const NO_HOME: ExplainedError = {
  code: "unreadable",
  message:
    "there is no place to keep a login: neither XDG_CONFIG_HOME nor HOME is set, or may be read",
  hint: "set one of them",
};

const NO_PORTAL: ExplainedError = {
  code: "not_found",
  message: "the Trellis that runs this server does not say where to log in",
  hint: "name its portal with --url; trellis dev and trellis start print the address",
};

const ENDED: Readonly<Record<"refused" | "expired", ExplainedError>> = {
  refused: {
    code: "login_refused",
    message: "the login was refused on the page",
    hint: "nothing was kept; try again if that was a mistake",
  },
  expired: {
    code: "login_expired",
    message: "nobody has logged in within ten minutes, or Trellis was started again",
    hint: "try again",
  },
};
