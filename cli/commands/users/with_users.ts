import { isErr } from "../../../contracts/result.ts";
import type { AuditLog } from "../../../reconcile/audit/audit_log.ts";
import { openAudit } from "../../../reconcile/nats/open_audit.ts";
import { openUsers } from "../../../reconcile/nats/open_users.ts";
import { PasswordHasher } from "../../../reconcile/users/password_hash.ts";
import type { Users } from "../../../reconcile/users/users.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { notSecured } from "../../program/not_secured.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Runs a command about the users of a secured server. */
export function withUsers(
  context: CommandContext,
  run: (users: Users, link: Connected, audit: AuditLog) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const { url, messaging: { connection }, signer } = link;
    if (!isSecured(connection)) return failed(context, notSecured(url));
    const audit = (await openAudit(connection, signer)).take();
    if (isErr(audit)) return failed(context, audit.error);
    const users = (await openUsers(connection, audit, new PasswordHasher())).take();
    if (isErr(users)) return failed(context, users.error);
    return await run(users, link, audit);
  });
}
