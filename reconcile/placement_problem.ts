/** Why a KV alias has no bucket, or not the one that it should have. */
import type { BucketState, FieldChange } from "./bucket.ts";
import { changeText } from "./drift.ts";
import { kvResource } from "./known_buckets.ts";
import type { Owner } from "./physical_name.ts";
import type { ResourceProblem } from "./record.ts";

/** A bucket that Trellis did not make stands where the alias would go. */
export function foreign(alias: string, { name }: BucketState): ResourceProblem {
  return problem(
    alias,
    "bucket_not_ours",
    `the bucket ${name} exists and was not made by Trellis`,
    "move the bucket away or rename the alias; to take it over, take the alias out of the contract " +
      "and back in: its adoption is then planned",
  );
}

/** Somebody deleted the bucket and made another of the same name. */
export function recreated(alias: string, { name, created }: BucketState): ResourceProblem {
  return problem(
    alias,
    "bucket_recreated",
    `the bucket ${name} was made again at ${created}, and not by Trellis`,
    "delete it and reconcile to get a new one; to take it over, take the alias out of the contract " +
      "and back in: its adoption is then planned",
  );
}

/** Another deployment says that the bucket is its own. */
export function claimed(alias: string, { name }: BucketState, owner: Owner): ResourceProblem {
  return problem(
    alias,
    "bucket_claimed",
    `the bucket ${name} says that it belongs to ${owner.deployment} (${owner.alias}) now`,
    `put its metadata right (nats stream edit KV_${name}), or remove the alias from the contract`,
  );
}

/** Every name that an alias could have is another's. */
export function noNameLeft(alias: string, names: readonly string[]): ResourceProblem {
  return problem(
    alias,
    "bucket_not_ours",
    `the buckets ${names.join(", ")} all belong to others`,
    "rename the alias, or move a bucket away; their data is untouched",
  );
}

/** Undoing what somebody changed would drop data. */
export function costlyRepair(
  alias: string,
  name: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  const fields = changes.map(({ field, from }) => `${field}: ${JSON.stringify(from)}`).join(", ");
  return problem(
    alias,
    "repair_would_drop_data",
    `somebody changed the bucket ${name}; to undo it would drop data: ${
      changes.map(changeText).join(", ")
    }`,
    `declare ${fields} to keep the data, or undo it yourself: nats stream edit KV_${name}`,
  );
}

/** The server does not let a setting be changed. */
export function stuckSettings(
  alias: string,
  name: string,
  changes: readonly FieldChange[],
): ResourceProblem {
  return problem(
    alias,
    "bucket_not_repairable",
    `the bucket ${name} is not as it should be, and the server does not let it be changed: ${
      changes.map(changeText).join(", ")
    }`,
    "copy its data into a bucket of another name, delete it, and reconcile to have it made again",
  );
}

/** A bucket that was to be deleted no longer says that it is ours. */
export function notDeleted(alias: string, name: string): ResourceProblem {
  return problem(
    alias,
    "bucket_not_ours",
    `the bucket ${name} was to be deleted, but no longer says that it belongs to ${alias}`,
    `delete it yourself if it is still meant: nats stream rm KV_${name}`,
  );
}

function problem(alias: string, code: string, message: string, hint: string): ResourceProblem {
  return { resource: kvResource(alias), code, message, hint, retryable: false };
}
