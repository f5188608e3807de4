import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { principalText } from "../../contracts/identity/principal_text.ts";
import type { Trust, TrustedKey, TrustedKeys } from "../records/trusted_keys.ts";
import { verifyChain } from "../verify/verify_chain.ts";
import type { ChainReport, Find, Finding } from "../verify/verify_report.ts";
import { type KnownUser, verifyUsers } from "./verify_users.ts";
import { AUDIT_CHAIN, type AuditEntry, readAuditEntry } from "./audit_entry.ts";

/** What checking the audit history found, and what other histories are checked against then. */
export interface VerifiedAudit extends ChainReport {
  readonly trust: Trust;
}

/** Who may come in, as it is stored. */
export interface LetIn {
  readonly sessions: readonly SessionRecord[];
  readonly users: readonly KnownUser[];
}

/**
 * Checks the audit history. Whoever is trusted may let in further admins, whose keys then count until they
 * are revoked.
 *
 * @param texts as they are stored, oldest first
 * @param roots whose signatures count from the beginning; undefined where nobody's key is known
 * @param letIn the sessions and users that are stored
 */
export function verifyAudit(
  texts: readonly string[],
  roots: TrustedKeys | undefined,
  { sessions, users }: LetIn = { sessions: [], users: [] },
): VerifiedAudit {
  const findings: Finding[] = [];
  const find: Find = (code, where, message) => findings.push({ code, where, message });
  if (texts.length === 0 && roots !== undefined) {
    find("audit.missing", "audit history", "there is none: it begins when Trellis starts");
  }
  const trusted = roots && new Map(roots);
  const proven: AuditEntry[] = [];
  const links = texts.map((text): AuditEntry | Partial<AuditEntry> => readAuditEntry(text) ?? {});
  const chain = verifyChain(links, {
    chain: AUDIT_CHAIN,
    noun: "entry",
    changed: "entry.changed",
    trusted,
    unsignedThrough: undefined,
    at: ({ at = "" }) => at,
    proven: (entry) => {
      if (entry.format === undefined) return;
      proven.push(entry as AuditEntry);
      if (!roots?.has(entry.details?.publicKey ?? "")) learnKey(entry as AuditEntry, trusted);
    },
  }, find);
  const [begun] = proven;
  if (trusted !== undefined) {
    verifySessions(sessions, proven, trusted, find);
    verifyUsers(users, proven, find);
  }
  const heads = begun?.kind === "audit.begun" ? begun.details ?? {} : {};
  return { ...chain, findings, notes: [], trust: { trusted, heads } };
}

/** Admins sign with the keys of their sessions. Those whom everything begins with stay as they are. */
function learnKey(
  { kind, subject, details, at }: AuditEntry,
  trusted: Map<string, TrustedKey> | undefined,
): void {
  const key = details?.publicKey;
  if (key === undefined || trusted === undefined) return;
  const known = trusted.get(key);
  if (kind === "session.opened" && known === undefined && subject.startsWith("admin:")) {
    trusted.set(key, { name: subject });
  } else if (kind === "session.revoked" && known !== undefined) {
    trusted.set(key, { ...known, until: at });
  }
}

/** Nobody is let in of whom no entry tells, but services for as long as the process that runs them. */
function verifySessions(
  sessions: readonly SessionRecord[],
  proven: readonly AuditEntry[],
  trusted: TrustedKeys,
  find: Find,
): void {
  const told = new Set<string>();
  const waiting = new Set<string>();
  for (const { kind, details, subject } of proven) {
    const who = `${details?.publicKey} ${subject}`;
    if (kind === "session.opened") (details?.activation === undefined ? told : waiting).add(who);
    if (kind === "session.activated" && waiting.has(who)) told.add(who);
  }
  const begun = proven[0]?.at ?? "";
  for (const { publicKey, principal, createdAt, expiresAt, pending } of sessions) {
    const who = principalText(principal);
    const isOfProcess = principal.kind === "service" && expiresAt !== undefined;
    if (isOfProcess || createdAt < begun || trusted.has(publicKey)) continue;
    const key = `${publicKey} ${who}`;
    if (told.has(key) || pending && waiting.has(key)) continue;
    find("session.unrecorded", `session of ${who}`, `no entry tells who let in ${publicKey}`);
  }
}
