/** How an attempt ended. */
export type ProofOutcome =
  /** It was refused, or it changed nothing. */
  | "denied"
  /** NATS does not prevent it; what that means is told. */
  | "limit"
  /** It got through, and must not. */
  | "allowed";

/** One attempt of a proof, and what came of it. */
export interface ProofStep {
  readonly outcome: ProofOutcome;
  /** What it would reach, as the end of "it must not ...". */
  readonly what: string;
  /** What was done: `publish $KV.other.a`. */
  readonly attempt: string;
  /** How it was refused if not by its subject, or what the limit means. */
  readonly note?: string;
}

/** How many attempts ended in each way. */
export function outcomesOf(steps: readonly ProofStep[]): Readonly<Record<ProofOutcome, number>> {
  const count = (outcome: ProofOutcome) => steps.filter((step) => step.outcome === outcome).length;
  return { denied: count("denied"), limit: count("limit"), allowed: count("allowed") };
}
