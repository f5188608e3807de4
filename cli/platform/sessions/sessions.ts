import {
  callerToken,
  isSession,
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

  /** All sessions, the newest first. Errors: those of a request. */
  async list(): Promise<Result<readonly ListedSession[], TransportError>> {
    const [records, found] = await Promise.all([this.records.list(), this.#parts.live.find()]);
    if (records.isErr()) return err(records.error);
    if (found.isErr()) return err(found.error);
    const byName = Map.groupBy(found.value, ({ name }) => name);
    return ok(
      records.value
        .map((record) => ({
          session: sessionOf(record.publicKey),
          record,
          connections: byName.get(nameOf(record)) ?? [],
        }))
        .sort((a, b) => b.record.createdAt.localeCompare(a.record.createdAt)),
    );
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
      return ok(await revokeRecords(await this.#namesOf(target), by, this.#parts));
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
    const listed = (await this.#recordsOf(target)).take();
    if (isErr(listed)) return listed;
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

  async #namesOf(target: SessionTarget): Promise<readonly string[]> {
    if ("session" in target) return [target.session];
    const isMeant = ({ kind, id }: Principal) =>
      "person" in target
        ? (kind === "user" || kind === "admin") && id === target.person
        : kind === target.principal.kind && id === target.principal.id;
    const names: string[] = [];
    for await (const { principal, publicKey } of this.#parts.store.records()) {
      if (isMeant(principal)) names.push(sessionOf(publicKey));
    }
    return names;
  }

  /** Those that may come in. */
  async #recordsOf(
    target: SessionTarget,
  ): Promise<Result<readonly SessionRecord[], TransportError>> {
    try {
      const names = await this.#namesOf(target);
      const records = await Promise.all(names.map((name) => this.#parts.store.get(name)));
      return ok(
        records.flatMap((record) =>
          record === undefined || record.revokedAt !== undefined ? [] : [record]
        ),
      );
    } catch (cause) {
      const what = "closing connections";
      return err(cause instanceof TypeError ? damaged(cause) : toTransportError(cause, what));
    }
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
