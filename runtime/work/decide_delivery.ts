import type { WorkSettings } from "../../contracts/stored/bindings.ts";
import type { Outcome } from "./outcome.ts";

/** By what it is decided what becomes of a delivery. */
export interface DeliveryRules extends Pick<WorkSettings, "maxDeliver" | "backoffMs"> {
  /** What follows the last try. */
  readonly onDead: "continue" | "hold";
  /** Whether what waits for a try may leave its place, so that others go on meanwhile. */
  readonly mayLeavePlace: boolean;
}

/** What is known of a delivery when it arrives. */
export interface DeliveryCounts {
  /** Which try its first delivery was, as its header says. */
  readonly attempt: number;
  /** How often the server has delivered it, this time included. */
  readonly deliveries: number;
  /** Those of them that cost no try. */
  readonly forgiven: number;
}

/** Why something becomes a dead letter. */
export type DeadReason = "failed" | "invalid" | "gave_up" | "crashed" | "expired";

/** What becomes of a delivery. With `atLast` its handler puts it off, and that follows where it may not any more. */
export type Decision =
  /** The handler gets it. */
  | { readonly kind: "run" }
  /** It is acknowledged. */
  | { readonly kind: "done" }
  /** Nothing is said of it: another worker has it by now. */
  | { readonly kind: "leave" }
  /** It waits where it is; with `isFree` the next delivery costs no try. */
  | {
    readonly kind: "wait";
    readonly afterMs: number;
    readonly isFree: boolean;
    readonly atLast?: GivenUp;
  }
  /** It is put aside until its time has come, and is `attempt` then. */
  | {
    readonly kind: "park";
    readonly afterMs: number;
    readonly attempt: number;
    readonly atLast?: GivenUp;
  }
  | GivenUp;

/** A dead letter is kept; with `hold` its place is, too. */
export interface GivenUp {
  readonly kind: "dead";
  readonly reason: DeadReason;
  readonly error: string;
  readonly hold: boolean;
}

/** What becomes of a delivery that is not done. */
export type Undone = Extract<Decision, { readonly kind: "wait" | "park" | "dead" }>;

/** Which try a delivery is, from 1. */
export function tryOf({ attempt, deliveries, forgiven }: DeliveryCounts): number {
  return Math.max(1, attempt + deliveries - 1 - forgiven);
}

/**
 * What becomes of a delivery.
 *
 * @param outcome undefined: it has just arrived
 * @param tries see {@link tryOf}
 * @param random from 0 to 1, so that what failed together does not come back together
 */
export function decideDelivery(
  outcome: Outcome | undefined,
  tries: number,
  rules: DeliveryRules,
  random: number,
): Decision {
  const dead = (reason: DeadReason, error: string): GivenUp => ({
    kind: "dead",
    reason,
    error,
    hold: rules.onDead === "hold",
  });
  switch (outcome?.kind) {
    case undefined:
      // Whoever had the last try did not live to say what became of it.
      return tries > rules.maxDeliver
        ? dead("crashed", `no worker has survived, or was heard of, in ${tries - 1} tries`)
        : { kind: "run" };
    case "done":
      return { kind: "done" };
    case "taken":
      return { kind: "leave" };
    case "invalid":
    case "gave_up":
    case "expired":
      return dead(outcome.kind, outcome.reason);
    case "given_back":
      return { kind: "wait", afterMs: 0, isFree: true };
    case "later": {
      const { afterMs, reason } = outcome;
      const atLast = dead(
        "expired",
        `it was put off for too long, the last time because: ${reason}`,
      );
      return rules.mayLeavePlace
        ? { kind: "park", afterMs, attempt: tries, atLast }
        : { kind: "wait", afterMs, isFree: true, atLast };
    }
    case "failed": {
      if (tries >= rules.maxDeliver) return dead("failed", outcome.error);
      const afterMs = pauseMs(rules.backoffMs, tries, random);
      return rules.mayLeavePlace
        ? { kind: "park", afterMs, attempt: tries + 1 }
        : { kind: "wait", afterMs, isFree: false };
    }
  }
}

/**
 * What becomes of a delivery that its handler puts off, where that is limited: it comes again within the limit
 * once more, and is given up after it.
 *
 * @param leftMs how long it may be put off yet, in milliseconds
 */
export function limitPutOff(task: Undone, leftMs: number): Undone {
  if (task.kind === "dead" || task.atLast === undefined) return task;
  return leftMs > 0 ? { ...task, afterMs: Math.min(task.afterMs, leftMs) } : task.atLast;
}

/** Before the try that follows this one; a fifth more or less than declared. */
function pauseMs(backoffMs: readonly number[], tries: number, random: number): number {
  const declared = backoffMs[Math.min(tries, backoffMs.length) - 1] ?? 0;
  return Math.round(declared * (0.8 + 0.4 * random));
}
