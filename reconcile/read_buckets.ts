import { err, ok, type Result } from "../contracts/result.ts";
import { AuthorityError } from "./authority_error.ts";
import type { BucketsByKind, BucketState } from "./bucket.ts";
import type { BucketWorld } from "./ports.ts";
import { type ByKind, byKind, RESOURCE_KINDS } from "./resource_kind.ts";

/** The buckets and stores of these names that are there. */
export async function readBuckets(
  names: ByKind<readonly string[]>,
  world: Pick<BucketWorld, "read">,
): Promise<Result<BucketsByKind, AuthorityError>> {
  const states = byKind(() => new Map<string, BucketState>());
  const asked = RESOURCE_KINDS.flatMap((kind) => names[kind].map((name) => ({ kind, name })));
  const answers = await Promise.all(asked.map(async ({ kind, name }) => ({
    kind,
    answer: await world.read(name, kind),
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
