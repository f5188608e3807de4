import type { AuditLog } from "../../reconcile/audit/audit_log.ts";
import { openUsers } from "../../reconcile/nats/open_users.ts";
import {
  ATTEMPTS_BUCKET,
  NatsPassingRecords,
} from "../../reconcile/nats/users/nats_passing_records.ts";
import { KnownAttempts } from "../../reconcile/users/attempts.ts";
import { LoginLimits } from "../../reconcile/users/login_limits.ts";
import { PasswordHasher } from "../../reconcile/users/password_hash.ts";
import { SignIn } from "../../reconcile/users/sign_in.ts";
import type { Users } from "../../reconcile/users/users.ts";

/** The people who log in, and how they prove who they are. */
export interface People {
  readonly users: Users;
  /** What was tried, and has not succeeded. */
  readonly attempts: KnownAttempts;
  readonly signIn: SignIn;
}

/** Opens both; they share what hashes passwords. Rejects when it cannot. */
export async function openPeople(
  connection: Parameters<typeof openUsers>[0],
  audit: AuditLog,
  { hasher = new PasswordHasher(), now }: {
    readonly hasher?: PasswordHasher | undefined;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  },
): Promise<People> {
  const users = (await openUsers(connection, audit, hasher)).orThrow();
  const { store } = users;
  const records = new NatsPassingRecords(connection, ATTEMPTS_BUCKET);
  const attempts = new KnownAttempts(records, now);
  const limits = new LoginLimits(attempts, now);
  return { users, attempts, signIn: new SignIn({ store, audit, hasher, limits, attempts }) };
}
