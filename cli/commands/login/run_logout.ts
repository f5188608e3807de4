import { isErr } from "../../../contracts/result.ts";
import { StoredLogins } from "../../program/stored_login.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { configDir } from "../../program/config_dir.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { endLogin } from "./own_session.ts";
import { notLoggedIn } from "./run_whoami.ts";

/** Ends the login at a server, there and here. */
export async function runLogout(context: CommandContext): Promise<ExitCode> {
  const dir = configDir();
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  const { url } = server;
  const logins = new StoredLogins(dir ?? "");
  const login = dir === undefined ? undefined : (await logins.read(url)).take();
  if (isErr(login)) return failed(context, login.error);
  if (login === undefined) return failed(context, notLoggedIn(url));
  const ended = (await endLogin(url, login.key)).take();
  if (isErr(ended)) return failed(context, ended.error);
  await logins.remove(url);
  const shown = withoutCredentials(url);
  context.output.data({ server: shown, name: login.name }, `logged out of ${shown}`);
  return EXIT_CODE.ok;
}
