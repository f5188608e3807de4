import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userNames } from "../../program/named_users.ts";
import { counted, sessionJson, sessionsText } from "../../view/session_view.ts";
import { type OwnSessions, shownSession, withOwnSessions } from "./own_sessions.ts";
import { withSessions } from "./with_sessions.ts";

/** Lists all sessions; for somebody who has only logged in those of their own. */
export async function listSessions(
  values: { readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const ended = await withOwnSessions(values.keys, context, (own) => listOwn(own, context));
  return ended ?? await withSessions(values, context, async (sessions, { connection }) => {
    const listed = (await sessions.list()).take();
    if (isErr(listed)) return failed(context, listed.error);
    const names = (await userNames(connection)).take();
    if (isErr(names)) return failed(context, names.error);
    const now = Date.now();
    context.output.data(
      listed.map((session) => sessionJson(session, names, now)),
      () => sessionsText(listed, names, now, context.terminal.out),
    );
    return EXIT_CODE.ok;
  });
}

async function listOwn(own: OwnSessions, context: CommandContext): Promise<ExitCode> {
  const listed = (await own.list()).take();
  if (isErr(listed)) return failed(context, listed.error);
  const { sessions, count } = listed;
  const shown = sessions.map(shownSession);
  const now = Date.now();
  const { output, terminal } = context;
  output.data(
    shown.map((session, i) => ({
      ...sessionJson(session, own.names, now),
      isCurrent: sessions[i]?.isCurrent,
    })),
    () => sessionsText(shown, own.names, now, terminal.out),
  );
  const current = sessions.find(({ isCurrent }) => isCurrent);
  if (current !== undefined) output.talk(`you act here by ${current.session}`);
  const more = count - sessions.length;
  if (more > 0) output.talk(`${counted(more, "older session")} are not shown`);
  return EXIT_CODE.ok;
}
