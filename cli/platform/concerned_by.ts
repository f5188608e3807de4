import type { Caller } from "../../contracts/identity/caller.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { ContractKind } from "../../contracts/manifest/manifest.ts";
import type { Plan } from "../../reconcile/records/authority_record.ts";
import type { DeploymentEntry } from "./deployment_index.ts";

/** Whose rights may change. */
export interface Concerned {
  /** Instances of services; known by who they are. */
  readonly isInstance: (caller: Caller) => boolean;
  /** Whether somebody may run one of {@link contracts}, or be concerned without one, going by what they are. */
  readonly isRunner: (caller: Caller) => boolean;
  /** Ids of the contracts that concerned people, devices and agents run. */
  readonly contracts: ReadonlySet<string>;
}

/**
 * Whose rights may change with what is accepted for deployments: their own instances and those of services
 * that use their contracts, all who run such a contract, and where something is served, those who run none.
 *
 * @param decided names of deployments
 * @param all what is accepted for every deployment, and what {@link displacedBy} says
 */
export function concernedBy(
  decided: ReadonlySet<string>,
  all: readonly DeploymentEntry[],
): Concerned {
  const own = all.filter(({ deployment }) => decided.has(deployment));
  const used = new Set(own.map(({ contract }) => contract));
  const concerned = all.filter(({ deployment, uses }) =>
    decided.has(deployment) || uses.some((id) => used.has(id))
  );
  const services = new Set(concerned.map(({ deployment }) => deploymentToken(deployment)));
  const run = concerned.filter(({ kind }) => kind !== "service");
  const runners = new Set<string>(run.map(({ kind }) => RUNNER_OF[kind]));
  const isServed = own.some(({ kind, contract }) => kind === "service" && contract !== "");
  if (isServed) runners.add(RUNNER_OF.app);
  return {
    isInstance: ({ principal: { kind, id } }) => kind === "service" && services.has(id),
    isRunner: ({ principal: { kind } }) => runners.has(kind),
    contracts: new Set(run.map(({ contract }) => contract)),
  };
}

/** The contract whose place a plan has given to another one, or to another part of the same; of most plans none. */
export function displacedBy(
  plan: Pick<Plan, "changes"> | undefined,
  now: DeploymentEntry,
): readonly DeploymentEntry[] {
  let { contract, kind } = now;
  for (const { code, before } of plan?.changes ?? []) {
    if (code === "contract.replaced") contract = String(before);
    if (code === "contract.kind.changed" && isKind(before)) kind = before;
  }
  return contract === now.contract && kind === now.kind ? [] : [{ ...now, contract, kind }];
}

function isKind(value: unknown): value is ContractKind {
  return typeof value === "string" && Object.hasOwn(RUNNER_OF, value);
}

/** Whether somebody may do less by a plan: its own holder, or whoever uses what is served or runs the contract. */
export function takesRights(plan: Pick<Plan, "changes" | "permissions"> | undefined): boolean {
  if (plan === undefined) return false;
  return (plan.permissions?.loses.length ?? 0) > 0 ||
    plan.changes.some(({ code, severity }) =>
      severity === "dangerous" && /^(contract|surface)\./.test(code)
    );
}
