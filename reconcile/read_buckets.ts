import { err, ok, type Result } from "../contracts/result.ts";
import { AuthorityError } from "./authority_error.ts";
import type { BucketState } from "./bucket.ts";
import type { BucketWorld } from "./ports.ts";

/** The buckets of these names that are there. */
export async function readBuckets(
  names: readonly string[],
  world: Pick<BucketWorld, "read">,
): Promise<Result<ReadonlyMap<string, BucketState>, AuthorityError>> {
  const states = new Map<string, BucketState>();
  const answers = await Promise.all(names.map((name) => world.read(name)));
  for (const answer of answers) {
    if (answer.isErr()) {
      const { message, hint } = answer.error;
      return err(new AuthorityError("unavailable", message, hint));
    }
    if (answer.value !== undefined) states.set(answer.value.name, answer.value);
  }
  return ok(states);
}
