import { err, ok, type Result } from "../../contracts/result.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import type { Decision, Plan } from "../records/authority_record.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityStore } from "../records/record_store.ts";

/** The plan that a decision accepted, as it was then. Fails when it is gone, or was changed since. */
export async function acceptedPlan(
  { store }: { readonly store: Pick<AuthorityStore, "loadPlan"> },
  deployment: string,
  { planId, version, planDigest: digest }: Decision,
  hint: string,
): Promise<Result<Plan, AuthorityError>> {
  const plan = await store.loadPlan(deployment, planId);
  if (plan.isErr()) return err(plan.error);
  const isWhole = plan.value !== undefined &&
    (digest === undefined || digest === planDigest(plan.value));
  if (plan.value !== undefined && isWhole) return ok(plan.value);
  return err(
    new AuthorityError(
      "record_corrupt",
      `plan ${planId}, which was accepted as version ${version} of ${deployment}, ${
        plan.value === undefined ? "is missing" : "is not as it was then"
      }`,
      `${hint}, or restore it; more is said by`,
      { command: authorityCommand(deployment, "verify") },
    ),
  );
}
