/**
 * Two deployments never serve one surface. Records change one by one, so looking at all of them and
 * then writing one would leave a gap in which two deployments are accepted for the same surface.
 * Therefore a process that accepts a plan first claims each surface that is new to the deployment, under a
 * key of the surface's own, by compare-and-set: of two that accept at once one gets the key, and the
 * other is refused. Claims are never released. A claim counts while its deployment serves the
 * surface, or may be about to: while its plan is undecided and the claim is younger than the lease.
 *
 * @module
 */
import { err, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { inParallel } from "./in_parallel.ts";
import type { AuthorityLedger } from "../records/record_store.ts";
import { surfaceTaken } from "../decisions/propose.ts";
import {
  type AuthorityRecord,
  decisionOn,
  type Plan,
  type SurfaceClaim,
} from "../records/authority_record.ts";

/** How long a process that claimed a surface may take to accept the plan, in milliseconds. */
export const CLAIM_LEASE_MS = 60_000;

const ATTEMPTS = 8;
const IN_FLIGHT = 32;

/** Claims the surfaces that a plan adds to its deployment; refuses if one of them is taken. */
export async function claimSurfaces(
  plan: Plan,
  record: AuthorityRecord,
  store: Pick<AuthorityLedger, "claimSurface" | "load">,
  now: string,
): Promise<Result<void, AuthorityError>> {
  const served = record.desired?.needs.surfaces ?? {};
  const added = Object.keys(plan.needs.surfaces).filter((name) => !Object.hasOwn(served, name));
  const claims = await inParallel(added, IN_FLIGHT, async (subject) => {
    const { deployment, id: planId } = plan;
    const claim: SurfaceClaim = {
      format: "trellis.surface.v1",
      subject,
      deployment,
      planId,
      at: now,
    };
    return await claimOne(claim, plan.needs.contract, store);
  });
  return claims.find((claim) => claim.isErr()) ?? ok();
}

async function claimOne(
  claim: SurfaceClaim,
  contract: string,
  store: Pick<AuthorityLedger, "claimSurface" | "load">,
): Promise<Result<void, AuthorityError>> {
  let revision: number | undefined;
  for (let tries = 0; tries < ATTEMPTS; tries++) {
    const claimed = await store.claimSurface(claim, revision);
    if (claimed.isErr()) return err(claimed.error);
    if (claimed.value === undefined) return ok();
    const { value: holder, revision: at } = claimed.value;
    if (holder.deployment !== claim.deployment) {
      const owner = await store.load(holder.deployment);
      if (owner.isErr()) return err(owner.error);
      const why = holdOf(holder, owner.value?.value, claim.at);
      if (why !== undefined) return err(surfaceTaken(claim.subject, contract, why));
    }
    revision = at;
  }
  return err(surfaceTaken(claim.subject, contract, "is being claimed by others; try again"));
}

/** Why a claim counts; undefined when it does not any more. */
export function holdOf(
  { deployment, planId, subject, at }: SurfaceClaim,
  record: AuthorityRecord | undefined,
  now: string,
): string | undefined {
  if (Object.hasOwn(record?.desired?.needs.surfaces ?? {}, subject)) {
    return `is already served by the deployment ${deployment}`;
  }
  const decided = record !== undefined && decisionOn(record.history, planId) !== undefined;
  const age = Date.parse(now) - Date.parse(at);
  // A clock that is ahead must not hold a surface for ever.
  if (decided || !(Math.abs(age) < CLAIM_LEASE_MS)) return undefined;
  return `is just being accepted for the deployment ${deployment}`;
}
