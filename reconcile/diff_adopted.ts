import type { JsonValue } from "../contracts/json.ts";
import type { ExistingBucket } from "./diff_context.ts";

/** Says whose a bucket is that would be taken over. */
export function whose({ name, owner }: ExistingBucket): string {
  return owner === undefined
    ? `${name} exists and was not made by Trellis`
    : `${name} exists and belongs to the deployment ${owner.deployment}`;
}

/** A bucket that would be taken over, for a person. */
export function describeExisting({ name, owner, values, bytes }: ExistingBucket): JsonValue {
  return { name, owner: owner?.deployment ?? null, values, bytes };
}
