import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userNames } from "../../program/named_users.ts";
import { sessionJson, sessionsText } from "../../view/session_view.ts";
import { withSessions } from "./with_sessions.ts";

/** Lists all sessions. */
export function listSessions(
  values: { readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  return withSessions(values, context, async (sessions, { connection }) => {
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
