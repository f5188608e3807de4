import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, StateNeed } from "../needs/need_types.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { type AuthorityRecord, decisionOn } from "../records/authority_record.ts";
import { acceptedPlan } from "./accepted_plan.ts";
import type { AuthorityLedger } from "../records/record_store.ts";
import { withArchive } from "./authority_ports.ts";

/** What a contract declares of state, by store. */
export type StateDeclaration = ByKey<StateNeed>;

/** Where it is read what earlier digests declare. */
export interface StatePorts {
  readonly store: Pick<AuthorityLedger, "loadPlan" | "loadArchive">;
}

/**
 * What a contract declares of state at a digest that may run: of the newest the record says it, of an
 * earlier one the plan that was accepted with it. Undefined for a digest that may not run. A digest
 * covers what is declared, so what one declares never changes.
 */
export async function stateDeclaration(
  ports: StatePorts,
  record: AuthorityRecord,
  digest: string,
): Promise<Result<StateDeclaration | undefined, AuthorityError>> {
  const { desired, archived } = record;
  if (desired === undefined || !desired.digests.includes(digest)) return ok(undefined);
  if (desired.needs.digest === digest) return ok(desired.needs.state ?? {});
  const recent = await findAccepted(ports, record, digest);
  if (archived === undefined || (recent.isOk() && recent.value !== undefined)) return recent;
  const whole = (await withArchive(ports, record)).take();
  return isErr(whole) ? whole : await findAccepted(ports, whole, digest);
}

/** Looks a digest up among what decisions accepted, the newest first. */
async function findAccepted(
  ports: StatePorts,
  { deployment, history }: AuthorityRecord,
  digest: string,
): Promise<Result<StateDeclaration | undefined, AuthorityError>> {
  let problem: AuthorityError | undefined;
  for (const decision of history.toReversed()) {
    const isRefresh = decision.outcome === "refreshed" && decision.digest === digest;
    const acceptance = isRefresh ? decisionOn(history, decision.planId) : decision;
    if (acceptance?.outcome !== "accepted") continue;
    const plan = await acceptedPlan(ports, deployment, acceptance, HINT);
    if (plan.isErr()) problem ??= plan.error;
    // A refresh lets another digest run that asks for the same.
    else if (isRefresh || plan.value.needs.digest === digest) {
      return ok(plan.value.needs.state ?? {});
    }
  }
  return problem === undefined ? ok(undefined) : err(problem);
}

const HINT = "let whoever runs it update to the contract that is accepted now";
