import type { NatsConnection } from "@nats-io/nats-core";
import { ulid } from "ulid";
import type { Result } from "../../contracts/result.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { PasswordHasher } from "../users/password_hash.ts";
import { Users } from "../users/users.ts";
import { NatsUserStore } from "./users/nats_user_store.ts";

/** The users on a NATS server. Makes their bucket where it is not there. The connection must be allowed to. */
export async function openUsers(
  connection: NatsConnection,
  audit: Pick<AuditLog, "append">,
  hasher: PasswordHasher,
): Promise<Result<Users, AuthorityError>> {
  const sources = { now: () => new Date().toISOString(), id: () => ulid() };
  return (await NatsUserStore.open(connection)).map((store) =>
    new Users({ store, audit, hasher, sources })
  );
}
