import { err, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import {
  ATTEMPTS,
  type AuthorityPorts,
  existingPlan,
  existingRecord,
  tooManyConflicts,
  withEnoughHistory,
} from "./authority_ports.ts";
import { decide, type DecisionRequest } from "../decisions/decide.ts";
import { KnownDeployments } from "../decisions/known_deployments.ts";
import type { Stored } from "../records/record_store.ts";
import { refuseTakenSurface } from "../decisions/propose.ts";
import type { AuthorityRecord, Plan } from "../records/authority_record.ts";
import { CLAIM_LEASE_MS, claimSurfaces } from "./surface_claims.ts";

/** A record and the plan that was decided. */
export interface Decided {
  readonly record: AuthorityRecord;
  readonly plan: Plan;
}

/** Decides a plan. Of several who decide at once one succeeds; the others learn who it was. */
export async function decidePlan(
  ports: AuthorityPorts,
  deployment: string,
  planId: string,
  request: Omit<DecisionRequest, "now" | "signer">,
): Promise<Result<Decided, AuthorityError>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await existingRecord(ports, deployment);
    if (stored.isErr()) return err(stored.error);
    const plan = await existingPlan(ports, deployment, planId);
    if (plan.isErr()) return err(plan.error);
    const known = await withEnoughHistory(ports, stored.value.value, planId);
    if (known.isErr()) return err(known.error);
    const { sources } = ports;
    const signed = { ...request, now: sources.now(), signer: sources.signer };
    const decided = decide(known.value, plan.value, signed);
    if (decided.isErr()) return err(decided.error);
    if (request.verb !== "reject") {
      const free = await surfacesFree(ports, plan.value);
      if (free.isErr()) return err(free.error);
    }
    const saved = await saveDecided(ports, stored.value, decided.value, plan.value);
    if (saved.isErr()) return err(saved.error);
    if (saved.value) return ok({ record: decided.value, plan: plan.value });
  }
  return err(tooManyConflicts(deployment));
}

/**
 * Writes a record in which a plan was decided; the surfaces that it newly serves are claimed first.
 * False when another process wrote the record, or when it took so long that the claims may be lost.
 */
export async function saveDecided(
  { store, sources }: AuthorityPorts,
  before: Stored<AuthorityRecord>,
  after: AuthorityRecord,
  plan: Plan,
): Promise<Result<boolean, AuthorityError>> {
  if (after.desired?.planId === plan.id) {
    const started = performance.now();
    const claimed = await claimSurfaces(plan, before.value, store, sources.now());
    if (claimed.isErr()) return err(claimed.error);
    if (performance.now() - started > CLAIM_LEASE_MS / 2) return ok(false);
  }
  return await store.save(after, before.revision);
}

/** A surface may have been accepted for another deployment since the plan was made. */
async function surfacesFree(
  { store }: AuthorityPorts,
  { needs, deployment }: Plan,
): Promise<Result<void, AuthorityError>> {
  if (Object.keys(needs.surfaces).length === 0) return ok();
  const all = await store.loadAll();
  if (all.isErr()) return err(all.error);
  const refusal = refuseTakenSurface(needs, deployment, new KnownDeployments(all.value).taken);
  return refusal === undefined ? ok() : err(refusal);
}
