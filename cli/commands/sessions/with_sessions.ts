import type { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isErr, type Result } from "../../../contracts/result.ts";
import { err, ok } from "../../../contracts/result.ts";
import { openAudit } from "../../../reconcile/nats/open_audit.ts";
import { isSecured, openConnection } from "../../../runtime/nats/connection.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import { LiveSessions } from "../../../runtime/platform/nats/live_sessions.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import type { SessionStore } from "../../../runtime/platform/session_store.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { keysFile, readKeyFolder } from "../../nats_server/security/key_folder.ts";
import type { KeyMaterial } from "../../nats_server/security/key_material.ts";
import { LOCAL_ADMIN } from "../../platform/secured_platform.ts";
import { Sessions } from "../../platform/sessions/sessions.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { notSecured } from "../../program/not_secured.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { keysDirOf } from "../infra/print_config.ts";

/** The connection of a command, as the parts of Trellis take it. */
export type NatsConnection = Parameters<typeof NatsSessionStore.open>[0];

/** The server that the sessions are of. */
export interface SessionsServer {
  readonly url: string;
  readonly connection: NatsConnection;
  /** Signs what the command decides. */
  readonly signer: KeyPair;
}

/** Runs a command about the sessions of a secured server, with the keys of its deployment. */
export async function withSessions(
  { keys: given }: { readonly keys: string | undefined },
  context: CommandContext,
  run: (sessions: Sessions, server: SessionsServer) => Promise<ExitCode>,
): Promise<ExitCode> {
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  const { url } = server;
  const keys = (await keysFor(given, context)).take();
  if (isErr(keys)) {
    return failed(context, await letsInEverybody(url) ? notSecured(url) : keys.error);
  }
  const messaging = (await connectMessaging({
    servers: url,
    name: "trellis cli",
    key: keys.platform,
    principal: LOCAL_ADMIN,
  })).take();
  if (isErr(messaging)) return failed(context, messaging.error);
  await using link = messaging;
  if (!isSecured(link.connection)) return failed(context, notSecured(url));
  const system = (await openConnection({ servers: url, name: "trellis cli", key: keys.sys }))
    .take();
  if (isErr(system)) return failed(context, system.error);
  await using opened = new AsyncDisposableStack();
  opened.defer(() => system.close());
  const store = (await storeOf(link.connection)).take();
  if (isErr(store)) return failed(context, ofOtherKeys(store.error));
  const audit = (await openAudit(link.connection, keys.admin)).take();
  if (isErr(audit)) return failed(context, audit.error);
  const sessions = opened.use(new Sessions({ store, live: new LiveSessions(system), audit }));
  return await run(sessions, { url, connection: link.connection, signer: keys.admin });
}

/** What to do where the keys of a server are needed. */
export const NAME_THE_KEYS = "name the folder with the keys of that server with --keys";

/** Keys of the platform may do everything on their server: who has keys and may not, has those of another. */
export function ofOtherKeys(error: ExplainedError): ExplainedError {
  const { code, message } = error;
  if (code !== "trellis.permission.denied") return error;
  return { code, message, hint: `these are the keys of another server: ${NAME_THE_KEYS}` };
}

/** Only a server that belongs to the keys may see a signature of theirs: with a named one they are named, too. */
export async function keysFor(
  given: string | undefined,
  context: CommandContext,
): Promise<Result<KeyMaterial, ExplainedError>> {
  const hint = NAME_THE_KEYS;
  if (given === undefined && context.globals.nats !== undefined) {
    const message = "the server is named, and its keys are not";
    return err({ code: "not_found", message, hint });
  }
  const dir = keysDirOf(given, context);
  const keys = (await readKeyFolder(dir)).take();
  if (isErr(keys)) return keys;
  if (keys !== undefined) return ok(keys);
  return err({ code: "not_found", message: `there is no ${keysFile(dir)}`, hint });
}

async function letsInEverybody(url: string): Promise<boolean> {
  const connection = (await openConnection({ servers: url, name: "trellis cli" })).take();
  if (isErr(connection)) return false;
  const isOpen = !isSecured(connection);
  await connection.close();
  return isOpen;
}

async function storeOf(
  connection: NatsConnection,
): Promise<Result<SessionStore, ExplainedError>> {
  try {
    return ok(await NatsSessionStore.open(connection));
  } catch (cause) {
    return err(toTransportError(cause, "opening the sessions"));
  }
}
