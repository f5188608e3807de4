import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import type { BucketsByKind, BucketState } from "../resources/bucket.ts";
import type { Buckets } from "../resources/buckets.ts";
import { type ByKind, byKind, RESOURCE_KINDS } from "../resources/kinds.ts";

/** The buckets and stores of these names that are there. */
export async function readBuckets(
  names: ByKind<readonly string[]>,
  buckets: Pick<Buckets, "read">,
): Promise<Result<BucketsByKind, AuthorityError>> {
  const states = byKind(() => new Map<string, BucketState>());
  const asked = RESOURCE_KINDS.flatMap((kind) => names[kind].map((name) => ({ kind, name })));
  const answers = await Promise.all(asked.map(async ({ kind, name }) => ({
    kind,
    answer: await buckets.read(name, kind),
  })));
  for (const { kind, answer } of answers) {
    if (answer.isErr()) {
      const { message, hint } = answer.error;
      return err(new AuthorityError("unavailable", message, hint));
    }
    if (answer.value !== undefined) states[kind].set(answer.value.name, answer.value);
  }
  return ok(states);
}
