import {
  callerToken,
  isSession,
  parseCallerToken,
  type Principal,
  sessionOf,
} from "../../../contracts/identity/caller.ts";
import { parsePrincipalText, principalText } from "../../../contracts/identity/principal_text.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import type { LiveSession, LiveSessions } from "../../../runtime/platform/nats/live_sessions.ts";
import { keyOf, revokeRecords } from "./revoke_records.ts";
import { damaged, SessionRecords, type SessionRecordsParts } from "./session_records.ts";
import { answersOver } from "./answers_over.ts";

/** One session, or all that a principal, or a person as user and as admin, has at this moment. */
export type SessionTarget =
  | { readonly session: string }
  | { readonly principal: Principal }
  | { readonly person: string };

/** The sessions that a text means: a session's name, or a principal as `user:ada`; undefined for others. */
export function parseSessionTarget(text: string): SessionTarget | undefined {
  if (isSession(text)) return { session: text };
  const principal = parsePrincipalText(text);
  return principal && { principal };
}

/** A session, and the connections that it has. */
export interface ListedSession {
  readonly session: string;
  readonly record: SessionRecord;
  readonly connections: readonly LiveSession[];
}

/** What a revocation has done. */
export interface Revocation {
  /** The sessions that were meant, as they are now; those that were revoked before, too. */
  readonly sessions: readonly SessionRecord[];
  /** Connections that were closed; whoever was about to move to a new one had both. */
  readonly closed: number;
  /**
   * Settles when nobody can come in any more with an answer that was on its way: with how many connections
   * were closed in all.
   */
  readonly settled: Promise<Result<number, TransportError>>;
}

/** What sessions are read from, and closed with. */
export interface SessionsParts extends SessionRecordsParts {
  readonly live: LiveSessions;
  /** {@link answersOver} unless given. */
  readonly answersOver?: typeof answersOver;
}

/** Sessions whose connections are asked for by their names; those of more are found among all. */
const MOST_BY_NAME = 64;

/** Lists and revokes sessions. */
export class Sessions implements AsyncDisposable {
  readonly #parts: SessionsParts;
  /** Lets keys in. */
  readonly records: SessionRecords;
  readonly #ending = new AbortController();
  /** Second looks that are still to come. */
  readonly #looks = new Set<Promise<unknown>>();

  /** @param parts a store and connections that may do so */
  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.records = new SessionRecords(parts);
  }

  /** All sessions, or those that are meant, the newest first. Errors: those of a request. */
  async list(target?: SessionTarget): Promise<Result<readonly ListedSession[], TransportError>> {
    const records = (await (target === undefined ? this.records.list() : this.#meant(target)))
      .take();
    if (isErr(records)) return records;
    const connections = (await this.connectionsOf(records)).take();
    if (isErr(connections)) return connections;
    return ok(
      records.map((record) => {
        const session = sessionOf(record.publicKey);
        return { session, record, connections: connections.get(session) ?? [] };
      })
        .sort((a, b) => b.record.createdAt.localeCompare(a.record.createdAt)),
    );
  }

  /** What is open of sessions at this moment, by session. Errors: those of a request. */
  async connectionsOf(
    sessions: readonly SessionRecord[],
  ): Promise<Result<ReadonlyMap<string, readonly LiveSession[]>, TransportError>> {
    const { live } = this.#parts;
    const asked = sessions.length > MOST_BY_NAME
      ? [live.find()]
      : sessions.map((record) => live.find(nameOf(record)));
    const found: LiveSession[] = [];
    for (const answer of await Promise.all(asked)) {
      const connections = answer.take();
      if (isErr(connections)) return connections;
      for (const connection of connections) found.push(connection);
    }
    // What is no session has no name of one.
    return ok(Map.groupBy(found, ({ name }) => parseCallerToken(name)?.session ?? ""));
  }

  /**
   * Lets sessions in no more and closes their connections. A principal may get new sessions all the same.
   * Errors: those of a request.
   *
   * @param by who revokes
   */
  async revoke(
    target: SessionTarget,
    by: string,
  ): Promise<Result<Revocation, TransportError>> {
    const revoked = (await this.end(target, by)).take();
    return isErr(revoked) ? revoked : await this.close(revoked);
  }

  /**
   * Lets sessions in no more; {@link close} closes their connections, and {@link revoke} does both. Errors: those
   * of a request.
   *
   * @param by who revokes
   */
  async end(
    target: SessionTarget,
    by: string,
  ): Promise<Result<readonly SessionRecord[], TransportError>> {
    try {
      const meant = (await this.#meant(target)).take();
      if (isErr(meant)) return meant;
      const names = meant.map(({ publicKey }) => sessionOf(publicKey));
      return ok(await revokeRecords(names, by, this.#parts));
    } catch (cause) {
      return err(cause instanceof TypeError ? damaged(cause) : toTransportError(cause, "revoking"));
    }
  }

  /** Closes the connections of sessions that were revoked. Errors: those of a request. */
  async close(revoked: readonly SessionRecord[]): Promise<Result<Revocation, TransportError>> {
    const closed = (await this.#close(revoked)).take();
    if (isErr(closed)) return closed;
    const settled = this.#closeAgain(revoked, closed);
    this.#looks.add(settled);
    settled.finally(() => this.#looks.delete(settled));
    return ok({ sessions: revoked, closed, settled });
  }

  /**
   * Closes the connections of sessions, whose keys stay good: whoever has them may come in again at once, as
   * whoever they are then. The audit is told first. Errors: those of a request, and those of the audit.
   *
   * @param by who closes them
   */
  async disconnect(
    target: SessionTarget,
    by: string,
  ): Promise<Result<Revocation, TransportError | AuthorityError>> {
    const meant = (await this.#meant(target)).take();
    if (isErr(meant)) return meant;
    const listed = meant.filter(({ revokedAt }) => revokedAt === undefined);
    for (const record of listed) {
      const subject = principalText(record.principal);
      const details = keyOf(record);
      const told = await this.#parts.audit
        .append({ kind: "session.disconnected", by, subject, details });
      if (told.isErr()) return err(told.error);
    }
    const closed = (await this.#close(listed)).take();
    if (isErr(closed)) return closed;
    return ok({ sessions: listed, closed, settled: Promise.resolve(ok(closed)) });
  }

  /** Looks a last time for connections of what was revoked, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#looks);
  }

  async #meant(target: SessionTarget): Promise<Result<readonly SessionRecord[], TransportError>> {
    if ("session" in target) {
      return (await this.records.find(target.session)).map((found) => found ? [found] : []);
    }
    return await this.records.list(({ principal: { kind, id } }) =>
      "person" in target
        ? (kind === "user" || kind === "admin") && id === target.person
        : kind === target.principal.kind && id === target.principal.id
    );
  }

  async #close(records: readonly SessionRecord[]): Promise<Result<number, TransportError>> {
    let closed = 0;
    for (const count of await Promise.all(records.map((r) => this.#parts.live.close(nameOf(r))))) {
      if (count.isErr()) return err(count.error);
      closed += count.value;
    }
    return ok(closed);
  }

  /** Whoever was let in from the record as it was before came in after the first look. */
  async #closeAgain(
    records: readonly SessionRecord[],
    before: number,
  ): Promise<Result<number, TransportError>> {
    await (this.#parts.answersOver ?? answersOver)(this.#ending.signal);
    return (await this.#close(records)).map((more) => before + more);
  }
}

/** The name that a session is admitted under. */
function nameOf({ principal, publicKey }: SessionRecord): string {
  return callerToken({ principal, session: sessionOf(publicKey) });
}
