import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { AuditLog } from "../../../reconcile/audit/audit_log.ts";
import { openAudit } from "../../../reconcile/nats/open_audit.ts";
import { openUsers } from "../../../reconcile/nats/open_users.ts";
import { PasswordHasher } from "../../../reconcile/users/password_hash.ts";
import type { Users } from "../../../reconcile/users/users.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { notSecured } from "../../program/not_secured.ts";

/** The users of a server, and what is told of changes. */
export interface OpenedUsers {
  readonly users: Users;
  readonly audit: AuditLog;
}

/** Opens the users of a secured server, to be changed in the name of who is connected. Errors: `not_secured`. */
export async function usersOf(
  { url, messaging: { connection }, signer }: Pick<Connected, "url" | "messaging" | "signer">,
): Promise<Result<OpenedUsers, ExplainedError>> {
  if (!isSecured(connection)) return err(notSecured(url));
  const audit = (await openAudit(connection, signer)).take();
  if (isErr(audit)) return audit;
  const users = (await openUsers(connection, audit, new PasswordHasher())).take();
  return isErr(users) ? users : ok({ users, audit });
}
