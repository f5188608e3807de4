import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { acceptedPlan } from "./accepted_plan.ts";
import { adoptionCandidates } from "./adoption_candidates.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import {
  ATTEMPTS,
  type AuthorityPorts,
  existingRecord,
  tooManyConflicts,
  withArchive,
} from "./authority_ports.ts";
import type { Change } from "../changes/change.ts";
import { resourceOf } from "../resources/kinds.ts";
import { plannedDeletions } from "../decisions/desired_state.ts";
import { changeEntry } from "../changes/catalogue.ts";
import { earlierVersions } from "./earlier_versions.ts";
import { refuseOldServer } from "../decisions/refuse_old_server.ts";
import { planDigest } from "../records/history_chain.ts";
import { keptBucket, notKept } from "../decisions/kept_data.ts";
import { KnownDeployments } from "../decisions/known_deployments.ts";
import { measurePlan } from "../impact/measure_plan.ts";
import type { ScanOptions } from "../impact/bucket_scanner.ts";
import {
  changesBetween,
  makePlan,
  type PlanContext,
  refuseTakenSurface,
  withChanges,
  withPending,
} from "../decisions/propose.ts";
import type { Needs } from "../needs/need_types.ts";
import type { AuthorityRecord, Plan } from "../records/authority_record.ts";
import { type CrossedAlias, undoRenames } from "../decisions/undo_renames.ts";

/** A plan that a person asked for; it waits for a decision like any other. */
export interface Requested {
  readonly record: AuthorityRecord;
  readonly plan: Plan;
  /** What could not be found out about the data, in sentences. */
  readonly problems: readonly string[];
}

/** Who asks, and how buckets are looked at. */
export interface RequestOptions {
  readonly by: string;
  readonly scan?: ScanOptions;
}

/**
 * Asks for going back to what was accepted as a version. The plan waits for a person in every mode.
 * Once it is accepted, the contracts that ran before may not run, and whatever is presented next waits
 * for a person as well: a rollback is not undone by saving a file.
 */
export function requestRollback(
  ports: AuthorityPorts,
  deployment: string,
  version: number,
  options: RequestOptions,
): Promise<Result<Requested, AuthorityError>> {
  return request(ports, deployment, options, async (record, context) => {
    const target = await planOfVersion(ports, record, version);
    if (target.isErr()) return err(target.error);
    const since = await acceptedSince(ports, record, version);
    if (since.isErr()) return err(since.error);
    const undone = undoRenames(target.value.needs, since.value);
    if (undone.isErr()) return err(crossed(record, version, undone.error));
    const needs = undone.value;
    const refusal = refuseTakenSurface(needs, deployment, context.taken) ??
      refuseOldServer(needs, ports.serverVersion?.());
    if (refusal !== undefined) return err(refusal);
    const existing = await adoptionCandidates(deployment, needs, record, ports.buckets);
    if (existing.isErr()) return err(existing.error);
    const earlier = await earlierVersions(ports, record);
    if (earlier.isErr()) return err(earlier.error);
    const around = { ...context, existing: existing.value, earlier: earlier.value };
    const changes = changesBetween(record, needs, around);
    if (changes.length === 0) return err(versionCurrent(record, version));
    const plan = makePlan(record, needs, changes, around);
    return ok({ ...plan, rollbackTo: version });
  });
}

/** What was accepted after a version, oldest first. */
async function acceptedSince(
  ports: AuthorityPorts,
  record: AuthorityRecord,
  version: number,
): Promise<Result<readonly Needs[], AuthorityError>> {
  const { desired } = record;
  if (desired === undefined) return ok([]);
  const needs: Needs[] = [];
  for (let next = version + 1; next < desired.version; next++) {
    const plan = await planOfVersion(ports, record, next);
    if (plan.isErr()) return err(plan.error);
    needs.push(plan.value.needs);
  }
  return ok([...needs, desired.needs]);
}

function crossed(
  { deployment }: AuthorityRecord,
  version: number,
  { resource, was }: CrossedAlias,
): AuthorityError {
  return new AuthorityError(
    "rollback_crosses_renames",
    `${resource} of ${deployment} holds the data that was called ${was} in version ${version}`,
    "rename the aliases back in the contract, one step at a time, and accept that",
  );
}

/**
 * Asks for deleting the data of a resource that was retired earlier.
 *
 * @param resource as `kv/orders`; where that left several buckets, as `kv/orders@svc_shop_orders`
 */
export function requestDeletion(
  ports: AuthorityPorts,
  deployment: string,
  resource: string,
  options: RequestOptions,
): Promise<Result<Requested, AuthorityError>> {
  return request(ports, deployment, options, (record, context) => {
    const { desired, pending } = record;
    if (desired === undefined) return err(notKept(record, resource));
    const kept = keptBucket(record, desired.needs, resource).take();
    if (isErr(kept)) return kept;
    if (pending !== undefined && pending.requested === undefined) {
      return err(
        new AuthorityError(
          "plan_pending",
          `plan ${pending.planId} of ${deployment} waits for a decision`,
          `decide it first; accept-migration takes --delete-data ${resource}`,
        ),
      );
    }
    const code = `${kept.kind}.data.deleted` as const;
    const change: Change = {
      code,
      path: `/resources/${resourceOf(kept)}`,
      op: "remove",
      severity: "dangerous",
      reason: changeEntry(code)?.reason ?? "",
      before: { bucket: kept.name, retired: kept.at },
    };
    return ok(makePlan(record, desired.needs, [change], context));
  });
}

type MakePlan = (
  record: AuthorityRecord,
  context: PlanContext,
) => Promise<Result<Plan, AuthorityError>> | Result<Plan, AuthorityError>;

async function request(
  ports: AuthorityPorts,
  deployment: string,
  { by, scan = {} }: RequestOptions,
  make: MakePlan,
): Promise<Result<Requested, AuthorityError>> {
  const { store, sources } = ports;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const all = await store.loadAll();
    if (all.isErr()) return err(all.error);
    const known = new KnownDeployments(all.value);
    const stored = await existingRecord(ports, deployment);
    if (stored.isErr()) return err(stored.error);
    const { value: record, revision } = stored.value;
    const { taken } = known;
    const users = known.usersFor(deployment);
    const planId = sources.id();
    const { signer } = sources;
    const context = { deployment, by, planId, now: sources.now(), signer, taken, users };
    const made = await make(record, context);
    if (made.isErr()) return err(made.error);
    const same = await samePending(ports, record, made.value);
    if (same.isErr()) return err(same.error);
    if (same.value !== undefined) return ok({ record, plan: same.value, problems: [] });
    const { changes, problems } = await measurePlan(made.value, record, ports, scan);
    const plan = withChanges(made.value, changes);
    const insteadOf = record.pending?.requested?.insteadOf ??
      (record.pending?.requested === undefined ? record.pending?.digest : undefined);
    const requested = insteadOf === undefined ? { by } : { by, insteadOf };
    const next = withPending(record, plan, context, requested);
    const written = await store.savePlan(plan);
    if (written.isErr()) return err(written.error);
    const saved = await store.save(next, revision);
    if (saved.isErr()) return err(saved.error);
    if (saved.value) return ok({ record: next, plan, problems });
    await store.dropPlan(plan);
  }
  return err(tooManyConflicts(deployment));
}

/** The plan that waits already, when it is for the same. */
async function samePending(
  { store }: AuthorityPorts,
  { deployment, pending }: AuthorityRecord,
  plan: Plan,
): Promise<Result<Plan | undefined, AuthorityError>> {
  if (pending?.requested === undefined) return ok(undefined);
  const waiting = await store.loadPlan(deployment, pending.planId);
  if (waiting.isErr()) return err(waiting.error);
  const boundary = ({ rollbackTo, needs, changes }: Plan) =>
    planDigest({
      rollbackTo: rollbackTo ?? 0,
      needs,
      paths: changes.map(({ path }) => path),
      // One resource may have left several buckets.
      buckets: plannedDeletions({ changes }).map(({ name }) => name ?? ""),
    });
  const isSame = waiting.value !== undefined && boundary(waiting.value) === boundary(plan);
  return ok(isSame ? waiting.value : undefined);
}

/** The plan that was accepted as a version, as it was when it was accepted. */
async function planOfVersion(
  ports: AuthorityPorts,
  record: AuthorityRecord,
  version: number,
): Promise<Result<Plan, AuthorityError>> {
  const { deployment, desired } = record;
  if (desired?.version === version) return err(versionCurrent(record, version));
  const whole = await withArchive(ports, record);
  if (whole.isErr()) return err(whole.error);
  const decision = whole.value.history.find((known) =>
    known.outcome === "accepted" && known.version === version
  );
  if (decision === undefined) {
    return err(
      new AuthorityError(
        "version_not_found",
        `${deployment} was never at version ${version}`,
        "the versions are in its history",
        { command: authorityCommand(deployment, "history") },
      ),
    );
  }
  return await acceptedPlan(ports, deployment, decision, "go back to another version");
}

function versionCurrent({ deployment }: AuthorityRecord, version: number): AuthorityError {
  return new AuthorityError(
    "version_current",
    `${deployment} has what version ${version} asks for already`,
    "other versions are in its history",
    { command: authorityCommand(deployment, "history") },
  );
}
