import { holderText } from "../access/holder.ts";
import type { Holding } from "../access/holding.ts";
import type { AuthorityRecord, Decision } from "../records/authority_record.ts";
import type { AuditEntry } from "./audit_entry.ts";

/** One thing that happened, whichever history tells of it. */
export interface HistoryLine {
  readonly at: string;
  /** As `plan.accepted`, `grant.changed`, `session.opened`. */
  readonly kind: string;
  readonly by: string;
  /** Whom or what it is about. */
  readonly subject: string;
  /** What happened, in a few words; may be empty. */
  readonly text: string;
  /** Public key of who signed; undefined where nobody did. */
  readonly signedBy: string | undefined;
}

/** All histories as one, oldest first. */
export function mergedHistory(
  records: readonly Pick<AuthorityRecord, "deployment" | "history">[],
  holdings: readonly Holding[],
  entries: readonly AuditEntry[],
): readonly HistoryLine[] {
  return [
    ...records.flatMap(({ deployment, history }) =>
      history.map((decision) => ofDecision(deployment, decision))
    ),
    ...holdings.map(ofHolding),
    ...entries.map(ofEntry),
  ].sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

function ofDecision(subject: string, decision: Decision): HistoryLine {
  const { at, by, outcome, version, mode, reason, acknowledgement, signedBy } = decision;
  const isMode = outcome === "mode";
  const kind = isMode ? "authority.mode" : `plan.${outcome}`;
  const words = [isMode ? `${mode}` : `version ${version}`, reason ?? acknowledgement ?? ""];
  const text = words.filter((word) => word !== "").join(": ");
  return { at, kind, by, subject, text, signedBy };
}

function ofHolding({ holder, change, signedBy }: Holding): HistoryLine {
  const { at, by, added, removed } = change;
  const text = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)].join(" ");
  return { at, kind: "grant.changed", by, subject: holderText(holder), text, signedBy };
}

function ofEntry({ at, kind, by, subject, details = {}, signedBy }: AuditEntry): HistoryLine {
  const told = kind === "audit.begun" ? [] : Object.entries(details);
  // Long keys are named by their session.
  const text = told.filter(([name]) => name !== "publicKey").map(([, value]) => value).join(" ");
  return { at, kind, by, subject, text, signedBy };
}
