import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { HoldingStore } from "../access/holding_store.ts";
import type { Authority } from "../authority/authority.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { TrustedKeys } from "../records/trusted_keys.ts";
import type { ChainReport, Finding, VerifyReport } from "../verify/verify_report.ts";
import type { AuditLog } from "./audit_log.ts";
import { type LetIn, type VerifiedAudit, verifyAudit } from "./verify_audit.ts";
import { type GrantReport, verifyGrants } from "./verify_grants.ts";

/** Where the histories are. */
export interface HistorySources {
  readonly authority: Pick<Authority, "verifyAll">;
  readonly audit: Pick<AuditLog, "read">;
  readonly holdings: Pick<HoldingStore, "evidence">;
  /** Every session and user that can be read. */
  readonly letIn: () => Promise<LetIn>;
}

/** What checking all histories found. */
export interface HistoryReport {
  readonly deployments: readonly VerifyReport[];
  readonly grants: readonly GrantReport[];
  readonly audit: VerifiedAudit;
}

/** Checks all that is stored about who decided, was granted and was let in. */
export async function verifyHistory(
  { authority, audit, holdings, letIn }: HistorySources,
  roots: TrustedKeys | undefined,
  progress?: (done: number, total: number) => void,
): Promise<Result<HistoryReport, AuthorityError>> {
  const texts = (await audit.read()).take();
  if (isErr(texts)) return texts;
  const verified = verifyAudit(texts, roots, roots && await letIn());
  const deployments = (await authority.verifyAll(verified.trust, progress)).take();
  if (isErr(deployments)) return deployments;
  const held = (await holdings.evidence()).take();
  if (isErr(held)) return held;
  return ok({ deployments, grants: verifyGrants(held, verified.trust), audit: verified });
}

/** A finding for each hash, seen before, that no history contains any more. */
export function missingHeads(
  heads: readonly string[],
  reports: readonly ChainReport[],
): readonly Finding[] {
  return heads.filter((head) => !reports.some(({ hashes }) => hashes.includes(head)))
    .map((head) => ({
      code: "head.missing",
      where: `head ${head.slice(0, 60)}`,
      message: "no history contains it: one was written again, or replaced by an older one",
    }));
}
