import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { logIn } from "../../../runtime/session/log_in.ts";
import type { LoginLink } from "../../../runtime/session/portal_client.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { configDir } from "../../program/config_dir.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { type StoredLogin, StoredLogins } from "../../program/stored_login.ts";
import { type Progress, progress } from "../../terminal/progress.ts";
import { endLogin } from "./own_session.ts";
import { openServer, showSession } from "./run_whoami.ts";

/** Logs the person at this machine in, and keeps the key. */
export async function runLogin(
  { url: portal }: { readonly url: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const { signal, output, by } = context;
  const dir = configDir();
  if (dir === undefined) return failed(context, NO_HOME);
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  const { url } = server;
  const logins = new StoredLogins(dir);
  const before = (await logins.read(url)).take();
  if (isErr(before)) return failed(context, before.error);
  const able = before === undefined ? await logins.tryKeeping() : ok();
  if (able.isErr()) return failed(context, able.error);
  let waiting: Progress | undefined;
  const done = (await logIn({
    servers: url,
    name: "trellis login",
    device: by,
    newKey: () => KeyPair.generate("user"),
    key: before?.key,
    portal,
    signal,
    show(link) {
      tellLink(link, context);
      waiting = progress(context.terminal, "waiting until you have logged in there");
    },
  })).take();
  waiting?.[Symbol.dispose]();
  if (isErr(done)) return failed(context, done.error);
  switch (done.kind) {
    case "open":
      return failed(context, openServer(url));
    case "aborted":
      return EXIT_CODE.interrupted;
    case "known":
      output.talk("you are logged in already; trellis logout ends that");
      return await showSession({ url, ...(before && { login: before }) }, context);
    case "new": {
      const login = { key: done.key, name: done.name };
      const kept = (await keep(url, login, logins)).take();
      if (isErr(kept)) return failed(context, kept.error);
      if (server.key !== undefined) {
        output.talk("commands in this project go on with its own keys, in .trellis/keys");
      }
      return await showSession({ url, login }, context);
    }
  }
}

/** Keeps a login, in place of another one. A session whose key nobody has must not stay. */
async function keep(
  url: string,
  login: StoredLogin,
  logins: StoredLogins,
): Promise<Result<void, ExplainedError>> {
  const before = (await logins.read(url)).take();
  const written = await logins.write(url, login);
  if (written.isErr()) {
    await endLogin(url, login.key);
    return written;
  }
  // Somebody has logged in here meanwhile, or it did not let in before.
  return isErr(before) || before === undefined ? ok() : await endLogin(url, before.key);
}

/** The link and the code: data for programs, and for people what they have to do. */
function tellLink(link: LoginLink, { terminal, globals, output }: CommandContext) {
  if (globals.json) return output.data({ ...link }, "");
  const { err } = terminal;
  // Said with --quiet, too: without it nothing can go on.
  err.line("Open this page, which is valid for ten minutes, and log in there:");
  err.line(`  ${err.style.cyan(link.url)}`);
  err.line(`Go on only where the page shows this code: ${err.style.bold(link.code)}`);
}

const NO_HOME: ExplainedError = {
  code: "unreadable",
  message:
    "there is no place to keep a login: neither XDG_CONFIG_HOME nor HOME is set, or may be read",
  hint: "set one of them",
};
