import { AuthorityError } from "../records/authority_error.ts";
import { keptProblems, type KeptStream } from "../resources/kept_streams.ts";

/** Streams that are named before it is said how many more there are. */
const MOST_NAMES = 5;

/**
 * Why something could not be done that waited in vain for an answer: nobody leads streams of this cluster. The
 * error as it is where all of them are led.
 *
 * @param there addresses of the servers that are there, as far as they are known
 */
export function explainUnled(
  error: AuthorityError,
  streams: readonly KeptStream[],
  there: readonly string[] = [],
): AuthorityError {
  const problems = keptProblems(streams);
  if (problems === undefined || problems.unled.length === 0) return error;
  const servers = there.length === 0 ? "" : `; the servers that are there: ${there.join(", ")}`;
  const message = `${error.message}; no server leads ${namesText(problems.unled)}${servers}`;
  return new AuthorityError("unavailable", message, unledHint(problems.servers), { cause: error });
}

/** What to do about streams that nobody leads, when these servers are behind or missing. */
export function unledHint(servers: readonly string[]): string {
  const which = servers.length === 0 ? "" : ` (${servers.join(", ")} is missing or behind)`;
  return `start the NATS servers again that keep them${which}; the rest comes by itself. With three ` +
    "replicas a stream goes on without one of them: trellis policy set --replicas 3";
}

/** Names, as `a, b and 3 more`. */
export function namesText(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(", ")} and ${more} more` : names.join(", ");
}
