import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { LOCAL_ADMIN } from "../platform/secured_platform.ts";
import { connectLogin } from "./connect_login.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { TrustedKeys } from "../../reconcile/records/trusted_keys.ts";
import { rootsOf } from "../nats_server/security/key_material.ts";
import type { CommandContext, ExplainedError } from "./command_context.ts";
import { type CommandServer, serverOf } from "./server_of_command.ts";

/** A connection of a command, with the authority behind it. */
export interface Connected extends AsyncDisposable {
  readonly url: string;
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
  /** Signs what the command decides: the key of the admin who runs it; missing where there is none. */
  readonly signer: KeyPair | undefined;
  /** Public keys whose signatures count, each with whose it is; undefined where none are known. */
  readonly roots: TrustedKeys | undefined;
}

/**
 * Connects a command: to `--nats` or `NATS_URL`, else to the server that a Trellis process runs for
 * this project, else to the local one.
 */
export async function connectCommand(
  context: CommandContext,
): Promise<Result<Connected, ExplainedError>> {
  const server = (await serverOf(context)).take();
  if (isErr(server)) return server;
  const { url, keys } = server;
  const signer = keys?.admin ?? server.login?.key;
  const messaging = (await connectAdmin(server)).take();
  if (isErr(messaging)) return messaging;
  const authority = (await openAuthority(messaging.connection, { signer })).take();
  if (isErr(authority)) {
    await messaging.close();
    return authority;
  }
  return ok({
    url,
    messaging,
    authority,
    signer,
    roots: keys && rootsOf(keys),
    [Symbol.asyncDispose]: () => messaging.close(),
  });
}

async function connectAdmin(
  { url, key, login }: CommandServer,
): Promise<Result<NatsMessaging, ExplainedError>> {
  if (key === undefined && login !== undefined) {
    const link = (await connectLogin(url, login.key)).take();
    if (isErr(link)) return link;
    const { messaging, principal } = link;
    if (principal === undefined || principal.kind === "admin") return ok(messaging);
    await messaging.close();
    return err(noAdmin(login.name));
  }
  const messaging = (await connectMessaging({
    servers: url,
    name: "trellis cli",
    ...(key === undefined ? {} : { key, principal: LOCAL_ADMIN }),
  })).take();
  if (!isErr(messaging)) return ok(messaging);
  const { message, code, hint } = messaging.error;
  return err({ message, code, hint: key === undefined ? hintWithoutKey(code) : hint });
}

function noAdmin(name: string): ExplainedError {
  return {
    code: "trellis.permission.denied",
    message: `you are logged in as ${name}, and this takes an admin`,
    hint: "have an admin do it, or log in as one: trellis logout, trellis login",
  };
}

function hintWithoutKey(code: string): string {
  return code === "trellis.connection.unauthorized"
    ? "log in with trellis login, name the project that the server belongs to with --project, or " +
      "bring credentials: --nats nats://user:password@host"
    : "start Trellis (deno task dev), or name the server with --nats";
}
