import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { type Principal, sessionOf } from "../../contracts/identity/caller.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import {
  type SessionContract,
  type SessionRecord,
  SESSIONS_BUCKET,
} from "../../contracts/stored/session_record.ts";
import { openAudit } from "../../reconcile/nats/open_audit.ts";
import { inboxPrefix, isSecured } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { serverTime } from "../../runtime/nats/jetstream/server_time.ts";
import { toTransportError } from "../../runtime/nats/library_error.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";
import { serviceSession } from "../platform/service_sessions.ts";
import { SessionRecords } from "../platform/sessions/session_records.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { connectLogin, type SessionLink } from "../program/connect_login.ts";
import { holderOf } from "../program/named_users.ts";
import { notSecured } from "../program/not_secured.ts";
import { systemClock } from "../terminal/clock.ts";

/** Milliseconds that a session which was opened for somebody else lasts when nobody keeps it any more. */
const LIFETIME_MS = 60_000;
/** Milliseconds between two times that it is kept. */
const KEPT_MS = 20_000;

/** In whose place something is called. */
export interface CalledAs {
  /** As `user:ada` or `service:orders-service`. */
  readonly as: string;
  /** Id of the contract that they run; a device or an agent runs the one of its own unless given. */
  readonly contract?: string | undefined;
}

/** A connection in somebody's place, for as long as it is kept. */
export interface LinkAs extends AsyncDisposable, Pick<SessionLink, "messaging"> {
  readonly principal: Principal;
}

/**
 * Connects in the place of somebody: with a session that is theirs, so that the server lets it do exactly what they
 * may. It ends a minute after it is no longer kept. The audit is told who has opened it.
 *
 * Errors: `user_not_found`, `not_found`, `not_secured`, and those of connecting.
 */
export async function connectAs(
  { as, contract }: CalledAs,
  { url, authority, messaging: { connection, line, session }, signer }: Connected,
  by: string,
): Promise<Result<LinkAs, ExplainedError>> {
  if (!isSecured(connection)) return err(notSecured(url));
  try {
    const store = await NatsSessionStore.open(connection);
    const named = (await holderOf(as, connection)).take();
    if (isErr(named)) return named;
    const { kind, id } = named.holder;
    if (kind === "group") return err(noPrincipal(as));
    const key = KeyPair.generate("user");
    const isNamed = named.names.size > 0;
    const asked: Asked = { principal: { kind, id }, as, contract, isNamed };
    const runs = (await contractFor(asked, store, authority)).take();
    if (isErr(runs)) return runs;
    const now = serverTime(JetStreamRequests.of(line, inboxPrefix(session)), SESSIONS_BUCKET);
    // The server ends it by its own clock, and the one of this machine may be off.
    const endOfLife = async () => new Date(await now() + LIFETIME_MS).toISOString();
    const record = { ...recordOf({ kind, id }, as, key, runs), expiresAt: await endOfLife() };
    const audit = (await openAudit(connection, signer)).take();
    if (isErr(audit)) return audit;
    const details = { purpose: "to call something in their place" };
    const opened = (await new SessionRecords({ store, audit }).open(record, by, details)).take();
    if (isErr(opened)) return opened;
    const link = (await connectLogin(url, key)).take();
    if (isErr(link)) {
      const { code, message } = link.error;
      return err({ code, message: `${as}: ${message}`, hint: "nothing was called" });
    }
    const { messaging } = link;
    const keep = async () => await keepUntil(store, record, await endOfLife());
    const stop = systemClock.every(KEPT_MS, () => void keep().catch(() => {}));
    return ok({
      messaging,
      principal: { kind, id },
      [Symbol.asyncDispose]() {
        stop();
        return messaging.close();
      },
    });
  } catch (cause) {
    return err(toTransportError(cause, `calling as ${as}`));
  }
}

/** Puts the end of a session off. One that was revoked stays so; what fails now is tried again the next time. */
async function keepUntil(
  store: SessionStore,
  { publicKey }: SessionRecord,
  expiresAt: string,
): Promise<void> {
  await store.update(
    sessionOf(publicKey),
    (record) => record.revokedAt === undefined ? { ...record, expiresAt } : undefined,
  );
}

/**
 * What they run; nothing for a person who is to call what they may without an app. A device or an agent, and
 * a person whom no record names, is known by a session that they have.
 */
async function contractFor(
  { principal: { kind, id }, as, contract, isNamed }: Asked,
  store: SessionStore,
  authority: Connected["authority"],
): Promise<Result<SessionContract | undefined, ExplainedError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  if (kind === "service") {
    const isThere = records.some(({ deployment }) => `service:${deployment}` === as);
    return isThere ? ok(undefined) : err(noPrincipal(as));
  }
  const own = isNamed
    ? undefined
    : (await store.list()).find(({ principal, revokedAt }) =>
      principal.kind === kind && principal.id === id && revokedAt === undefined
    );
  if (!isNamed && own === undefined) return err(noPrincipal(as));
  if (contract === undefined) return ok(kind === "user" ? undefined : own?.contract);
  const needs = records.find(({ desired }) => desired?.needs.contract === contract)?.desired?.needs;
  if (needs !== undefined && RUNNER_OF[needs.kind] === kind) {
    return ok({ id: contract, digest: needs.digest });
  }
  const message = needs === undefined
    ? `nothing of ${contract} is accepted`
    : `${contract} is a contract of kind ${needs.kind}, which no ${kind} runs`;
  return err({
    code: "contract_mismatch",
    message,
    hint: "see what there is",
    command: ["status"],
  });
}

/** In whose place a session is asked for. */
interface Asked extends CalledAs {
  readonly principal: Principal;
  /** A record of a user says who it is. */
  readonly isNamed: boolean;
}

function recordOf(
  principal: Principal,
  as: string,
  { publicKey }: KeyPair,
  contract: SessionContract | undefined,
): SessionRecord {
  const createdAt = new Date().toISOString();
  if (principal.kind === "service") {
    const deployment = as.slice(as.indexOf(":") + 1);
    return serviceSession(deployment, publicKey, createdAt);
  }
  return {
    format: "trellis.session.v1",
    publicKey,
    principal,
    ...(contract && { contract }),
    createdAt,
  };
}

function noPrincipal(as: string): ExplainedError {
  return {
    code: "not_found",
    message: `nobody is known as ${as}`,
    hint: "name a user, a device, an agent or a service, as user:ada; see who has a session",
    command: ["sessions", "list"],
  };
}
