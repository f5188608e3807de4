/** Why an alias has no bucket, or not the one that it should have. */
import type { BucketState, FieldChange } from "../resources/bucket.ts";
import { changeText } from "./judge_drift.ts";
import type { Owner } from "../resources/owner.ts";
import { POLICY_LIMITS } from "../resources/policy.ts";
import type { ResourceProblem } from "../records/authority_record.ts";
import { RESOURCE_RULES } from "../resources/resource_rules.ts";
import { resourceKey, type ResourceKind } from "../resources/kinds.ts";

/** A bucket that Trellis did not make stands where the alias would go. */
export function foreign(kind: ResourceKind, alias: string, { name }: BucketState): ResourceProblem {
  return problem(
    kind,
    alias,
    "bucket_not_ours",
    `${the(kind, name)} exists and was not made by Trellis`,
    `move the ${
      RESOURCE_RULES[kind].noun
    } away or rename the alias; to take it over, take the alias out of ` +
      "the contract and back in: its adoption is then planned",
  );
}

/** Somebody deleted the bucket and made another of the same name. */
export function recreated(
  kind: ResourceKind,
  alias: string,
  { name, created }: BucketState,
): ResourceProblem {
  return problem(
    kind,
    alias,
    "bucket_recreated",
    `${the(kind, name)} was made again at ${created.replace("/", " and ")}, and not by Trellis`,
    "delete it and reconcile to get a new one; to take it over, take the alias out of the contract " +
      "and back in: its adoption is then planned",
  );
}

/** Another deployment says that the bucket is its own. */
export function claimed(
  kind: ResourceKind,
  alias: string,
  { name }: BucketState,
  owner: Owner,
): ResourceProblem {
  return problem(
    kind,
    alias,
    "bucket_claimed",
    `${the(kind, name)} says that it belongs to ${owner.deployment} (${owner.alias}) now`,
    `put its metadata right (${
      streamHint("edit", kind, name)
    }), or remove the alias from the contract`,
  );
}

/** Every name that an alias could have is another's. */
export function noNameLeft(
  kind: ResourceKind,
  alias: string,
  names: readonly string[],
): ResourceProblem {
  return problem(
    kind,
    alias,
    "bucket_not_ours",
    `the ${RESOURCE_RULES[kind].noun}s ${names.join(", ")} all belong to others`,
    "rename the alias, or move one away; their data is untouched",
  );
}

/** Undoing what somebody changed would drop data. */
export function costlyRepair(
  kind: ResourceKind,
  alias: string,
  name: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  const fields = changes.map(({ field, from }) => `${field}: ${JSON.stringify(from)}`).join(", ");
  return problem(
    kind,
    alias,
    "repair_would_drop_data",
    `somebody changed ${the(kind, name)}; to undo it would drop data: ${
      changes.map(changeText).join(", ")
    }`,
    `declare ${fields} to keep the data, or undo it yourself: ${streamHint("edit", kind, name)}`,
  );
}

/** A bucket that was kept would lose data if its alias was bound to it as it is declared now. */
export function costlyReturn(
  kind: ResourceKind,
  alias: string,
  name: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  const fields = changes.map(({ field, from }) => `${field}: ${JSON.stringify(from)}`).join(", ");
  return problem(
    kind,
    alias,
    "return_would_drop_data",
    `${the(kind, name)} was kept with its data, and to bind it as declared would drop some: ${
      changes.map(changeText).join(", ")
    }`,
    `declare ${fields} to keep the data; or take the alias out of the contract and back in: the ` +
      "plan then says what would be lost, and a person decides",
  );
}

/** The server does not let a setting be changed. */
export function stuckSettings(
  kind: ResourceKind,
  alias: string,
  name: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  return problem(
    kind,
    alias,
    "bucket_not_repairable",
    `${the(kind, name)} is not as it should be, and the server does not let it be changed: ${
      changes.map(changeText).join(", ")
    }`,
    "copy its data into one of another name, delete it, and reconcile to have it made again",
  );
}

/** The platform's policy has become tighter than what is in force. */
export function policyDropsData(
  kind: ResourceKind,
  alias: string,
  name: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  const limits = changes.map(({ field }) => POLICY_LIMITS[field] ?? field).join(" and ");
  const declared = changes.map(({ field, to }) => `${field}: ${JSON.stringify(to)}`).join(", ");
  return problem(
    kind,
    alias,
    "policy_would_drop_data",
    `${the(kind, name)} has more than the platform's policy allows (${limits}), and to follow it ` +
      `would drop data: ${changes.map(changeText).join(", ")}`,
    `declare ${declared} in the contract: the plan then says what would be lost, and a person ` +
      "decides; or loosen the policy: trellis policy set",
  );
}

/** A bucket that was to be deleted no longer says that it is ours. */
export function notDeleted(
  kind: ResourceKind,
  alias: string,
  { name, owner }: Pick<BucketState, "name" | "owner">,
): ResourceProblem {
  const meant = `${the(kind, name)} was to be deleted, but`;
  if (owner === undefined) {
    return problem(
      kind,
      alias,
      "bucket_not_ours",
      `${meant} no longer says that it belongs to ${alias}`,
      `delete it yourself if it is still meant: ${streamHint("rm", kind, name)}`,
    );
  }
  return problem(
    kind,
    alias,
    "bucket_claimed",
    `${meant} says that it belongs to ${owner.deployment} (${owner.alias}) now; it is kept`,
    `if it is still meant, put its metadata right (${streamHint("edit", kind, name)}) and ` +
      `reconcile, or delete it yourself (${streamHint("rm", kind, name)})`,
  );
}

function the(kind: ResourceKind, name: string): string {
  return `the ${RESOURCE_RULES[kind].noun} ${name}`;
}

function streamHint(verb: "edit" | "rm", kind: ResourceKind, name: string): string {
  return RESOURCE_RULES[kind].streams(name).map((stream) => `nats stream ${verb} ${stream}`).join(
    " and ",
  );
}

function problem(
  kind: ResourceKind,
  alias: string,
  code: string,
  message: string,
  hint: string,
): ResourceProblem {
  return { resource: resourceKey(kind, alias), code, message, hint, retryable: false };
}
