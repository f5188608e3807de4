import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { HoldingStore } from "../access/holding_store.ts";
import { readHolding } from "../access/read_holding.ts";
import type { Authority } from "../authority/authority.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import { readAuditEntry } from "./audit_entry.ts";
import type { AuditLog } from "./audit_log.ts";
import { type HistoryLine, mergedHistory } from "./merged_history.ts";

/**
 * Reads all histories as one, oldest first. What cannot be read is left out: `verify` tells of it.
 *
 * @param after the place in the audit history behind which it is read; all of it unless given
 */
export async function readHistory(
  authority: Pick<Authority, "list" | "history">,
  holdings: Pick<HoldingStore, "evidence">,
  audit: Pick<AuditLog, "read">,
  after?: number,
): Promise<Result<readonly HistoryLine[], AuthorityError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const whole: AuthorityRecord[] = [];
  for (const record of records) {
    if (record.archived === undefined) {
      whole.push(record);
      continue;
    }
    const read = await authority.history(record.deployment);
    whole.push(read.isOk() ? read.value : record);
  }
  const held = (await holdings.evidence()).take();
  if (isErr(held)) return held;
  const texts = (await audit.read(after)).take();
  if (isErr(texts)) return texts;
  return ok(mergedHistory(
    whole,
    held.flatMap(({ text }) => readHolding(text ?? "") ?? []),
    texts.flatMap((text) => readAuditEntry(text) ?? []),
  ));
}
