import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { inParallel } from "../../../../reconcile/authority/in_parallel.ts";
import { bucketsToRead } from "../../../../reconcile/nats/open_buckets.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import type {
  AuthorityRecord,
  ResourceProblem,
} from "../../../../reconcile/records/authority_record.ts";
import type { BucketState } from "../../../../reconcile/resources/bucket.ts";
import {
  RESOURCE_KINDS,
  resourceKey,
  type ResourceKind,
} from "../../../../reconcile/resources/kinds.ts";
import { RESOURCE_RULES } from "../../../../reconcile/resources/resource_rules.ts";
import { type BucketSettings, settingsOf } from "../../../../reconcile/resources/settings.ts";
import type { Visitor } from "../../visitor.ts";

/** A resource of a deployment, and what is in it. */
export interface ShownResource {
  readonly deployment: string;
  readonly kind: ResourceKind;
  readonly alias: string;
  readonly purpose: string;
  /** In force; before it is made, what is declared. */
  readonly settings: BucketSettings;
  /** Its physical name; undefined until it is made. */
  readonly name: string | undefined;
  /** Why it is not there, or not as it should be. */
  readonly problem: ResourceProblem | undefined;
  /** Undefined where the server has none of this name. */
  readonly state: BucketState | undefined;
}

/** A resource that is no longer bound. */
export interface ShownRetired {
  readonly deployment: string;
  readonly kind: ResourceKind;
  readonly alias: string;
  readonly name: string;
  readonly at: string;
  /** A plan deletes its data; else the data is kept. */
  readonly isDeleted: boolean;
  readonly state: BucketState | undefined;
}

/** Somebody's state, as a contract declares it. */
export interface ShownState {
  readonly deployment: string;
  readonly contract: string;
  readonly store: string;
  /** One value for each holder, or a map of them. */
  readonly isMap: boolean;
}

/** What deployments keep. */
export interface ShownResources {
  readonly resources: readonly ShownResource[];
  readonly retired: readonly ShownRetired[];
  readonly state: readonly ShownState[];
}

/** As many questions to the server at once. */
const IN_FLIGHT = 32;

/** Reads what deployments keep, with live figures; of all of them unless some are given. */
export async function readResources(
  { authority, messaging }: Pick<Visitor, "authority" | "messaging">,
  given?: readonly AuthorityRecord[],
): Promise<Result<ShownResources, AuthorityError>> {
  const records = given ?? (await authority.list()).take();
  if (isErr(records)) return records;
  const buckets = await bucketsToRead(messaging.connection);
  const withState = <T extends { readonly kind: ResourceKind; readonly name: string | undefined }>(
    rows: readonly T[],
  ) =>
    inParallel(rows, IN_FLIGHT, async (row) => {
      // What cannot be looked at has no figures; its page says why.
      const read = row.name === undefined ? undefined : await buckets.read(row.name, row.kind);
      return { ...row, state: read?.isOk() ? read.value : undefined };
    });
  const [resources, retired] = await Promise.all([
    withState(records.flatMap(boundResources)),
    withState(records.flatMap(retiredResources)),
  ]);
  return ok({ resources, retired, state: records.flatMap(declaredState) });
}

/** What a deployment has, or will have once it is reconciled. */
function boundResources(
  { deployment, desired, materialized }: AuthorityRecord,
): readonly Omit<ShownResource, "state">[] {
  return RESOURCE_KINDS.flatMap((kind) => {
    const bound = materialized === undefined
      ? {}
      : RESOURCE_RULES[kind].bound(materialized.bindings);
    return Object.entries(desired?.needs.resources[kind] ?? {}).map(([alias, need]) => {
      const binding = Object.hasOwn(bound, alias) ? bound[alias] : undefined;
      const key = resourceKey(kind, alias);
      return {
        deployment,
        kind,
        alias,
        purpose: need.purpose,
        settings: binding?.settings ?? settingsOf(kind, { ...need }),
        name: binding?.name,
        problem: materialized?.problems.find(({ resource }) => resource === key),
      };
    });
  });
}

function retiredResources(
  { deployment, retired }: AuthorityRecord,
): readonly Omit<ShownRetired, "state">[] {
  return retired.map(({ kind, alias, name, at, deletedBy }) => ({
    deployment,
    kind,
    alias,
    name,
    at,
    isDeleted: deletedBy !== undefined,
  }));
}

function declaredState({ deployment, desired }: AuthorityRecord): readonly ShownState[] {
  const { contract = "", state = {} } = desired?.needs ?? {};
  return Object.entries(state).map(([store, { kind }]) => ({
    deployment,
    contract,
    store,
    isMap: kind === "map",
  }));
}
