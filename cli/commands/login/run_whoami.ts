import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { connectLogin } from "../../program/connect_login.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type CommandServer, serverOf } from "../../program/server_of_command.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";
import { whoamiJson, whoamiText } from "./whoami_view.ts";
import { askMe } from "./own_session.ts";

/** Shows who commands act as. */
export async function runWhoami(context: CommandContext): Promise<ExitCode> {
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  return await showSession(server, context);
}

/** Connects as whoever commands act as, and shows who that is. */
export async function showSession(
  { url, keys, login }: Pick<CommandServer, "url" | "keys" | "login">,
  context: CommandContext,
): Promise<ExitCode> {
  const key = keys?.admin ?? login?.key;
  if (key === undefined) return failed(context, notLoggedIn(url));
  const link = (await connectLogin(url, key)).take();
  if (isErr(link)) return failed(context, link.error);
  await using messaging = link.messaging;
  if (link.principal === undefined) return failed(context, openServer(url));
  const me = (await askMe(messaging)).take();
  if (isErr(me)) return failed(context, me.error);
  const name = keys === undefined ? login?.name : undefined;
  const shown = { me, name, server: withoutCredentials(url) };
  context.output.data(whoamiJson(shown), () => whoamiText(shown, context.terminal.out));
  return EXIT_CODE.ok;
}

/** Nobody is logged in at a server. */
export function notLoggedIn(url: string): ExplainedError {
  return {
    code: "not_logged_in",
    message: `you are not logged in at ${withoutCredentials(url)}`,
    hint: "log in",
    command: ["login"],
  };
}

/** A server has no sessions. */
export function openServer(url: string): ExplainedError {
  return {
    code: "not_secured",
    message: `the NATS server at ${
      withoutCredentials(url)
    } lets in everybody: nobody logs in there`,
    hint: "trellis infra config prints the configuration of a secured one",
  };
}
