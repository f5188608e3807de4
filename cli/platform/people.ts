import type { AuditLog } from "../../reconcile/audit/audit_log.ts";
import { openUsers } from "../../reconcile/nats/open_users.ts";
import { LoginLimits } from "../../reconcile/users/login_limits.ts";
import { PasswordHasher } from "../../reconcile/users/password_hash.ts";
import { SignIn } from "../../reconcile/users/sign_in.ts";
import type { Users } from "../../reconcile/users/users.ts";

/** The people who log in, and how they prove who they are. */
export interface People {
  readonly users: Users;
  readonly signIn: SignIn;
}

/** Opens both; they share what hashes passwords. Rejects when it cannot. */
export async function openPeople(
  connection: Parameters<typeof openUsers>[0],
  audit: AuditLog,
  hasher = new PasswordHasher(),
): Promise<People> {
  const users = (await openUsers(connection, audit, hasher)).orThrow();
  const now = () => Date.now();
  const { store } = users;
  return { users, signIn: new SignIn({ store, audit, hasher, limits: new LoginLimits(now), now }) };
}
