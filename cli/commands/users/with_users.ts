import { isErr } from "../../../contracts/result.ts";
import type { AuditLog } from "../../../reconcile/audit/audit_log.ts";
import type { Users } from "../../../reconcile/users/users.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";
import { usersOf } from "./users_of.ts";

/** Runs a command about the users of a secured server. */
export function withUsers(
  context: CommandContext,
  run: (users: Users, link: Connected, audit: AuditLog) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const opened = (await usersOf(link)).take();
    if (isErr(opened)) return failed(context, opened.error);
    return await run(opened.users, link, opened.audit);
  });
}
