import { isRecord, readJson } from "../../contracts/json/json.ts";
import { chained, type Link, type Place, type Signer } from "../records/chain.ts";

/** What the audit history tells, beside what the records of authority and grants tell of themselves. */
export const AUDIT_KINDS = [
  /** The first entry: where older histories stood. */
  "audit.begun",
  /** With the detail `activation` it waits for the entry that follows. */
  "session.opened",
  "session.activated",
  "session.revoked",
  /** Its connections were closed; its key stays good. */
  "session.disconnected",
  "login.succeeded",
  /** A burst of failures, as one entry. */
  "login.failed",
  /** Somebody has seen who asks, and did not let it in. */
  "login.refused",
  "user.added",
  "user.changed",
  "user.disabled",
  "user.enabled",
  "user.removed",
  "contract.approved",
  /** An admin changes what Trellis keeps for somebody; once for each process that serves the request. */
  "state.written",
  "state.deleted",
  /** A person changes data of a service, by a command or in the Console; of services nothing is told. */
  "kv.written",
  "kv.deleted",
  "store.written",
  "store.deleted",
  /** A person gives an event, a job or an operation back to who has given it up, or throws it away. */
  "letter.retried",
  "letter.discarded",
  /** A person has a queue begin with nothing more, or go on. */
  "queue.paused",
  "queue.resumed",
  /** A person moves what waits in a queue into another one, or throws it away. */
  "queue.moved",
  "queue.discarded",
  /** Streams are to be kept by fewer servers. */
  "policy.lowered",
  "job.created",
  "job.cancelled",
  "operation.cancelled",
  "operation.signalled",
] as const;

/** Something that happens. */
export interface AuditEvent {
  readonly kind: typeof AUDIT_KINDS[number];
  /** Who does it, or on whose behalf: `user:ada`, `ada@host`. */
  readonly by: string;
  /** Whom or what it is about: `user:ada`, `orders-app@v1`. */
  readonly subject: string;
  /** More, and never a secret: `session`, `publicKey`, `address`, `reason`. */
  readonly details?: Readonly<Record<string, string>>;
}

/** An event as it is stored, in its place. */
export interface AuditEntry extends AuditEvent, Link {
  readonly format: "trellis.audit.v1";
  /** Tells two equal events apart. */
  readonly id: string;
  /** As `2026-01-31T12:00:00.000Z`. */
  readonly at: string;
}

/** The name of the chain, for signatures. */
export const AUDIT_CHAIN = "audit";

/** The entry that an event becomes. */
export function auditEntry(
  event: AuditEvent,
  { id, at }: Pick<AuditEntry, "id" | "at">,
  place: Place,
  signer: Signer | undefined,
): AuditEntry {
  const content = { format: "trellis.audit.v1" as const, id, at, ...event };
  return chained(content, place, AUDIT_CHAIN, signer);
}

/** Reads a stored entry; undefined when it is not one of this version. */
export function readAuditEntry(text: string): AuditEntry | undefined {
  const value = readJson(text);
  const isEntry = isRecord(value) && value.format === "trellis.audit.v1" &&
    AUDIT_KINDS.some((kind) => kind === value.kind) &&
    ["id", "at", "by", "subject", "previous", "hash"].every((name) => isText(value[name])) &&
    ["signedBy", "signature"].every((name) => value[name] === undefined || isText(value[name])) &&
    Number.isSafeInteger(value.seq) &&
    (value.details === undefined ||
      isRecord(value.details) && Object.values(value.details).every(isText));
  return isEntry ? value as object as AuditEntry : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed();
}
