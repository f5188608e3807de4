import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { inParallel } from "../../../reconcile/authority/in_parallel.ts";
import {
  type ContractUsage,
  usagesOf,
  type UseStanding,
  useStandings,
} from "../../../reconcile/needs/use_standing.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import type { BucketState } from "../../../reconcile/resources/bucket.ts";
import { boundBuckets } from "../../../reconcile/records/known_buckets.ts";
import { RESOURCE_KINDS, type ResourceKind } from "../../../reconcile/resources/kinds.ts";
import { type BucketSettings, settingsOf } from "../../../reconcile/resources/settings.ts";
import {
  type DeploymentPermissions,
  deploymentPermissions,
} from "../../deployments/deployment_permissions.ts";
import type { RunningInstance } from "../../deployments/running_instances.ts";
import { acceptedContracts } from "../../platform/accepted_contracts.ts";
import { recentLook } from "../deployments/recent_look.ts";
import type { Visitor } from "../visitor.ts";

/** A resource with what is in it now. */
export interface ResourceFigures {
  readonly kind: ResourceKind;
  readonly alias: string;
  readonly purpose: string;
  /** Name of its bucket or store; undefined as long as there is none. */
  readonly name: string | undefined;
  /** As they were declared. */
  readonly settings: BucketSettings;
  /** Undefined when it is not there. */
  readonly state: BucketState | undefined;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

/** A deployment as it stands at this moment. */
export interface DeploymentState {
  readonly record: AuthorityRecord;
  readonly displayName: string | undefined;
  readonly instances: readonly RunningInstance[];
  readonly resources: readonly ResourceFigures[];
}

/** A deployment with all that is known of it. */
export interface DeploymentDetails extends DeploymentState {
  /** What it uses of others. */
  readonly uses: readonly UseStanding[];
  /** Who uses it. */
  readonly usedBy: readonly ContractUsage[];
  /** The deployments behind contracts, by contract id. */
  readonly providers: ReadonlyMap<string, string>;
  readonly permissions: DeploymentPermissions;
}

/** Buckets that are read at once. */
const IN_FLIGHT = 16;

/** Reads what changes from one moment to the next. */
export async function readState(
  deployment: string,
  visitor: Pick<Visitor, "authority" | "messaging">,
): Promise<Result<DeploymentState, AuthorityError>> {
  const { authority } = visitor;
  const [shown, look] = await Promise.all([authority.show(deployment), recentLook(visitor)]);
  const record = shown.take();
  if (isErr(record)) return record;
  return ok({
    record,
    displayName: look.displayNames.get(deployment),
    instances: look.instances.get(deployment) ?? [],
    resources: await readResources(record, authority),
  });
}

/** Reads all that there is to know. */
export async function readDeployment(
  deployment: string,
  visitor: Pick<Visitor, "authority" | "messaging">,
): Promise<Result<DeploymentDetails, AuthorityError>> {
  const { authority } = visitor;
  const [state, whole, all] = await Promise.all([
    readState(deployment, visitor),
    authority.history(deployment),
    authority.list(),
  ]);
  const now = state.take();
  if (isErr(now)) return now;
  const records = all.take();
  if (isErr(records)) return records;
  // Where the older history cannot be read, what the record itself has is shown.
  const record = whole.isOk() ? whole.value : now.record;
  const needs = record.desired?.needs;
  return ok({
    ...now,
    record,
    uses: needs === undefined ? [] : useStandings(needs, acceptedContracts(records)),
    usedBy: needs === undefined ? [] : usagesOf(needs.contract, records),
    providers: new Map(
      records.flatMap(({ deployment, desired }) =>
        desired === undefined ? [] : [[desired.needs.contract, deployment] as const]
      ),
    ),
    permissions: deploymentPermissions(record, records),
  });
}

async function readResources(
  record: AuthorityRecord,
  { buckets }: Visitor["authority"],
): Promise<readonly ResourceFigures[]> {
  const declared = RESOURCE_KINDS.flatMap((kind) => {
    const bound = boundBuckets(kind, record);
    return Object.entries(record.desired?.needs.resources[kind] ?? {}).map(([alias, need]) => ({
      kind,
      alias,
      purpose: need.purpose,
      settings: settingsOf(kind, need),
      name: bound.get(alias)?.name,
    }));
  });
  return await inParallel(declared, IN_FLIGHT, async (resource) => {
    if (resource.name === undefined) return { ...resource, state: undefined, problem: undefined };
    const state = (await buckets.read(resource.name, resource.kind)).take();
    return isErr(state)
      ? { ...resource, state: undefined, problem: state.error.message }
      : { ...resource, state, problem: undefined };
  });
}
