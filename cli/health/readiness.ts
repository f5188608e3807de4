import type { ContractStatus } from "../dev/dev_report.ts";

/** What is looked at to say whether a process may be given work. */
export interface ReadinessFacts {
  /** `starting` until everything that can run does; `stopping` from the first signal on. */
  readonly stage: "starting" | "up" | "stopping";
  /** Whether the NATS server can be reached, as far as is known; undefined where only services have a connection. */
  readonly connected: boolean | undefined;
  /** How every contract stands that this process looks after. */
  readonly contracts: readonly ContractFacts[];
}

/** How one contract stands, and why no process answers for it that runs. */
export interface ContractFacts extends
  Pick<
    ContractStatus,
    "deployment" | "module" | "running" | "refusal" | "lacks" | "pending" | "problems"
  > {
  readonly trouble: string | undefined;
}

/** One thing that was looked at. */
export interface ReadinessCheck {
  /** As `nats`, `service orders`, `resources of orders`. */
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not; missing where it is. */
  readonly reason?: string;
}

/** The body of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly ReadinessCheck[];
}

/**
 * Whether a process may be given work: it is connected, each service that it has code for answers, and
 * what was accepted for them exists.
 */
export function readinessOf({ stage, connected, contracts }: ReadinessFacts): Readiness {
  const checks = [
    check("process", stage === "up" ? undefined : stage),
    ...(connected === undefined
      ? []
      : [check("nats", connected ? undefined : "the NATS server cannot be reached")]),
    ...contracts.flatMap((contract) => [
      ...(contract.module === undefined
        ? []
        : [check(`service ${contract.deployment}`, whyNotServed(contract))]),
      check(
        `resources of ${contract.deployment}`,
        contract.problems.map(({ resource, message }) => `${resource}: ${message}`).join("; ") ||
          undefined,
      ),
    ]),
  ];
  return { ready: checks.every(({ ok }) => ok), checks };
}

function check(name: string, reason: string | undefined): ReadinessCheck {
  return reason === undefined ? { name, ok: true } : { name, ok: false, reason };
}

function whyNotServed(
  { running, refusal, lacks, pending, trouble }: ContractFacts,
): string | undefined {
  if (running) return trouble;
  if (refusal !== undefined) return refusal.message;
  if (lacks !== undefined) return lacks.message;
  if (pending !== undefined) return `plan ${pending.id} waits for a decision`;
  return "its process does not answer";
}
