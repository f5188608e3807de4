import { sessionOf } from "../../../contracts/identity/caller.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type SessionRecord, SESSIONS_BUCKET } from "../../../contracts/stored/session_record.ts";
import type { AuditLog } from "../../../reconcile/audit/audit_log.ts";
import { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import type { SessionStore } from "../../../runtime/platform/session_store.ts";
import { keyOf } from "./revoke_records.ts";

/** What sessions are written to. */
export interface SessionRecordsParts {
  readonly store: SessionStore;
  /** Is told of each opening and each revocation before it happens. */
  readonly audit: Pick<AuditLog, "append">;
}

/** Lets keys in, as records say: it takes no more than to write them. */
export class SessionRecords {
  readonly #parts: SessionRecordsParts;

  /** @param parts a store that may be written */
  constructor(parts: SessionRecordsParts) {
    this.#parts = parts;
  }

  /** All that are meant, without those that are damaged. Errors: those of a request. */
  async list(
    isMeant: (record: SessionRecord) => boolean = () => true,
  ): Promise<Result<readonly SessionRecord[], TransportError>> {
    try {
      const meant = new Map<string, SessionRecord>();
      for await (const record of this.#parts.store.records()) {
        if (isMeant(record)) meant.set(record.publicKey, record);
        else meant.delete(record.publicKey);
      }
      return ok([...meant.values()]);
    } catch (cause) {
      return err(toTransportError(cause, "reading the sessions"));
    }
  }

  /** One by its name; undefined when there is none. Errors: those of a request. */
  async find(session: string): Promise<Result<SessionRecord | undefined, TransportError>> {
    try {
      return ok(await this.#parts.store.get(session));
    } catch (cause) {
      const what = "reading a session";
      return err(cause instanceof TypeError ? damaged(cause) : toTransportError(cause, what));
    }
  }

  /**
   * Lets in the key of a record, which the audit is told first. Errors: `key_taken` for a key that has, or
   * had, a session, and those of the audit. Rejects when the record cannot be written.
   *
   * @param by who lets it in
   * @param details told to the audit, beside the key
   */
  async open(
    record: SessionRecord,
    by: string,
    details: Readonly<Record<string, string>> = {},
  ): Promise<Result<void, AuthorityError>> {
    const { store, audit } = this.#parts;
    const noted = (await audit.append({
      kind: "session.opened",
      by,
      subject: principalText(record.principal),
      details: { ...keyOf(record), ...details },
    })).take();
    if (isErr(noted)) return noted;
    return await store.create(record) ? ok() : err(keyTaken());
  }

  /**
   * The same for a key that somebody else may have made, which the audit is told of only where it is new.
   * Errors: those of a request too.
   */
  async add(
    record: SessionRecord,
    by: string,
    details: Readonly<Record<string, string>> = {},
  ): Promise<Result<void, TransportError | AuthorityError>> {
    try {
      const known = await this.#parts.store.get(sessionOf(record.publicKey));
      return known === undefined ? await this.open(record, by, details) : err(keyTaken());
    } catch (cause) {
      return err(cause instanceof TypeError ? damaged(cause) : toTransportError(cause, "opening"));
    }
  }

  /**
   * Lets in a session that waits for it, which the audit is told first. Answers it as it is then: undefined
   * when there is none; one that was revoked stays so. Errors: those of a request, and those of the audit.
   *
   * @param by who lets it in
   */
  async activate(
    session: string,
    by: string,
  ): Promise<Result<SessionRecord | undefined, TransportError | AuthorityError>> {
    const { store, audit } = this.#parts;
    try {
      const known = await store.get(session);
      if (known === undefined || !isWaiting(known)) return ok(known);
      const subject = principalText(known.principal);
      const details = keyOf(known);
      const noted = (await audit.append({ kind: "session.activated", by, subject, details }))
        .take();
      if (isErr(noted)) return noted;
      return ok(
        await store.update(session, (record) => {
          const { pending: _, ...active } = record;
          return isWaiting(record) ? active : undefined;
        }),
      );
    } catch (cause) {
      const what = "activating";
      return err(cause instanceof TypeError ? damaged(cause) : toTransportError(cause, what));
    }
  }
}

/** A record that cannot be read. */
export function damaged(cause: TypeError): TransportError {
  return new TransportError({
    message: `${cause.message}; it lets nobody in`,
    code: "trellis.session.refused",
    hint: `remove it from the bucket ${SESSIONS_BUCKET}`,
    cause,
  });
}

/** Why a key is not let in. */
export function keyTaken(): AuthorityError {
  return new AuthorityError(
    "key_taken",
    "this key has, or had, a session; nothing was changed",
    "make a new key: each session has one of its own",
  );
}

function isWaiting({ pending, revokedAt }: SessionRecord): boolean {
  return pending === true && revokedAt === undefined;
}
