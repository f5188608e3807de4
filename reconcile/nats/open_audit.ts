import type { NatsConnection } from "@nats-io/nats-core";
import { monotonicFactory } from "ulid";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import { headsOf } from "../audit/heads.ts";
import type { Heads } from "../records/trusted_keys.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Signer } from "../records/chain.ts";
import { NatsHoldingStore } from "./access/nats_holding_store.ts";
import { type AuditLogOptions, NatsAuditLog } from "./audit/nats_audit_log.ts";
import { NatsAuthorityStore } from "./records/nats_authority_store.ts";

/**
 * The audit history on a NATS server. Makes it where it is not there. The connection must be allowed to.
 *
 * @param signer signs what is appended; missing where nobody has a key
 */
export function openAudit(
  connection: NatsConnection,
  signer?: Signer,
): Promise<Result<AuditLog, AuthorityError>> {
  return NatsAuditLog.open(connection, optionsFor(connection, signer));
}

/** The audit history as it is, to be read; nothing is made where there is none. */
export function auditToRead(connection: NatsConnection): Promise<Pick<AuditLog, "read">> {
  return NatsAuditLog.toRead(connection, optionsFor(connection, undefined));
}

function optionsFor(connection: NatsConnection, signer: Signer | undefined): AuditLogOptions {
  const ulid = monotonicFactory();
  return {
    signer,
    sources: { now: () => new Date().toISOString(), id: () => ulid() },
    heads: () => readHeads(connection),
  };
}

/** Where the histories stand that are older than the log. */
async function readHeads(connection: NatsConnection): Promise<Result<Heads, AuthorityError>> {
  const authority = (await NatsAuthorityStore.open(connection)).take();
  if (isErr(authority)) return authority;
  const access = (await NatsHoldingStore.open(connection)).take();
  if (isErr(access)) return access;
  const records = (await authority.loadAll()).take();
  if (isErr(records)) return records;
  const holdings = (await access.loadAll()).take();
  if (isErr(holdings)) return holdings;
  return ok(headsOf(records.found.map(({ value }) => value), holdings));
}
