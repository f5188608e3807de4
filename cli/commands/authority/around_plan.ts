import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import { type UseStanding, useStandings } from "../../../reconcile/needs/use_standing.ts";
import type { AuthorityRecord, Plan } from "../../../reconcile/records/authority_record.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { acceptedContracts } from "../../platform/accepted_contracts.ts";
import type { Connected } from "../../program/connect_command.ts";
import { userNames } from "../../program/named_users.ts";
import type { UserNames } from "../../program/person_text.ts";
import { namesHolders, withHolderNames } from "../../words/named_holders.ts";

/** What a person reads of a plan that does not stand in it. */
export interface AroundPlan {
  /** Its changes; whoever has entries that they concern is named. */
  readonly changes: readonly Change[];
  /** What it uses of others and is not accepted at this moment. */
  readonly lacking: readonly UseStanding[];
  /** Of all deployments. */
  readonly records: readonly AuthorityRecord[];
}

/** Reads what stands around a plan. */
export async function readAroundPlan(
  { changes, needs }: Pick<Plan, "changes" | "needs">,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
): Promise<Result<AroundPlan, AuthorityError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const lacking = useStandings(needs, acceptedContracts(records))
    .filter(({ missing }) => missing.length > 0);
  const names = namesHolders(changes) ? await userNames(messaging.connection) : ok(NOBODY);
  const named = withHolderNames(changes, names.isOk() ? names.value : NOBODY);
  return ok({ changes: named, lacking, records });
}

const NOBODY: UserNames = new Map();
