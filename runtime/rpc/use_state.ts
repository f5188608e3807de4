import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, type Result } from "../../contracts/result.ts";

/** What is known of one use of another contract. */
export interface UseState {
  /** The error of what is used and not accepted; undefined: it is there, as far as is known. */
  problem(): TransportError | undefined;
  /** Looks what a failure comes from; undefined: nothing was done, and it may be tried again. */
  explain(failure: TransportError): Promise<TransportError | undefined>;
}

/** Does what a use is for, unless it is known to be missing; a failure says when that is why. */
export async function whileUsed<T>(
  use: UseState,
  attempt: () => Promise<Result<T, TransportError>>,
): Promise<Result<T, TransportError>> {
  const problem = use.problem();
  if (problem !== undefined) return err(problem);
  const result = await attempt();
  if (!result.isErr()) return result;
  const why = await use.explain(result.error);
  return why === undefined ? await attempt() : err(why);
}
