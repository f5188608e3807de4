import { hostileActions } from "../../proof/hostile_actions.ts";
import type { ProofStep } from "../../proof/proof_step.ts";
import { type TriedAction, tryActions } from "./try_actions.ts";
import { type LimitParts, tryLimits } from "./try_limits.ts";

/** Tries everything that a session must not be able to do. Rejects when a connection is lost. */
export async function proveSession(
  parts: LimitParts,
  signal: AbortSignal,
): Promise<readonly ProofStep[]> {
  const { connection, probe, reach } = parts;
  const tried = await tryActions(connection, hostileActions(reach), reach.others);
  signal.throwIfAborted();
  // Whatever a server says: nothing came of it.
  const outcome = await probe.isUntouched() ? "denied" : "allowed";
  return [
    ...tried.map(stepOf),
    {
      outcome,
      what: "change the bucket of others that was made for this proof",
      attempt: "all of the above",
      note: outcome === "denied" ? "it is as it was" : "it is not as it was",
    },
    ...await tryLimits(parts),
  ];
}

function stepOf({ action, refused }: TriedAction): ProofStep {
  const { verb, subject, what } = action;
  return { outcome: refused ? "denied" : "allowed", what, attempt: `${verb} ${subject}` };
}
