import type { Result } from "../../../contracts/result.ts";
import { mayBeClustered } from "../link/js_domain.ts";
import { pause } from "../pause.ts";
import type { JetStreamRequests } from "./jetstream_requests.ts";

/** So long a leader that was just chosen may take to read what it has, in milliseconds. */
const NEW_LEADER_MS = 300;

/**
 * What a look finds. In a cluster, that something is not there is believed when it is so a moment later: a leader
 * that was just chosen answers before it has read all that was stored.
 */
export async function lookAgain<T, E>(
  { line }: JetStreamRequests,
  look: () => Promise<Result<T, E>>,
  isNothing: (error: E) => boolean,
): Promise<Result<T, E>> {
  const found = await look();
  if (!found.isErr() || !isNothing(found.error) || !mayBeClustered(line)) return found;
  await pause(NEW_LEADER_MS);
  return await look();
}
