import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userNames } from "../../program/named_users.ts";
import { counted, sessionJson, sessionsText } from "../../view/session_view.ts";
import { type OwnSessions, shownSession, withOwnSessions } from "./own_sessions.ts";
import { noSessionTarget, sessionTarget } from "./session_target.ts";
import { withSessions } from "./with_sessions.ts";

/** What the command was told. */
export interface ListSessionsValues {
  readonly keys: string | undefined;
  /** Whose sessions are meant, as `user:ada`, or which one; all where nothing is said. */
  readonly of: string | undefined;
}

/** Lists all sessions, or those that are meant; for somebody who has only logged in those of their own. */
export async function listSessions(
  { keys, of }: ListSessionsValues,
  context: CommandContext,
): Promise<ExitCode> {
  const wrong = of === undefined ? undefined : noSessionTarget(of);
  if (wrong !== undefined) return failed(context, wrong);
  const ended = await withOwnSessions(keys, context, (own) => listOwn(of, own, context));
  return ended ?? await withSessions({ keys }, context, async (sessions, { connection }) => {
    const meant = of === undefined ? undefined : (await sessionTarget(of, connection)).take();
    if (isErr(meant)) return failed(context, meant.error);
    const listed = (await sessions.list(meant?.target)).take();
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

async function listOwn(
  of: string | undefined,
  own: OwnSessions,
  context: CommandContext,
): Promise<ExitCode> {
  const listed = (await (of === undefined ? own.list() : own.meant(of))).take();
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
