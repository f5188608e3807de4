import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import type { Tone } from "../layout/parts.tsx";

/** How what is accepted for a deployment, and what is in force, go together. */
export interface Standing {
  readonly text: string;
  readonly tone: Tone;
}

/** How a deployment stands. */
export function standingOf(
  { desired, materialized }: Pick<AuthorityRecord, "desired" | "materialized">,
): Standing {
  if (desired === undefined) return { text: "not accepted", tone: "plain" };
  const problems = materialized?.problems.length ?? 0;
  if (problems > 0) {
    return { text: problems === 1 ? "1 problem" : `${problems} problems`, tone: "danger" };
  }
  const isReconciled = materialized?.state === "reconciled" &&
    materialized.version === desired.version;
  return isReconciled
    ? { text: "reconciled", tone: "good" }
    : { text: "being reconciled", tone: "waiting" };
}
