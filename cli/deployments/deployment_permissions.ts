import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import type { PrincipalKind } from "../../contracts/identity/caller.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import { describePermissions } from "../../reconcile/grants/compile_permissions.ts";
import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import type { Needs } from "../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { acceptedContracts } from "../platform/accepted_contracts.ts";

/** What the instances of a deployment, or those who run its contract, may do. */
export interface DeploymentPermissions {
  readonly deployment: string;
  /** Null where nothing is accepted yet. */
  readonly contract: string | null;
  readonly kind: PrincipalKind;
  readonly permissions: Permissions;
}

/**
 * Every subject that a deployment may use, and why.
 *
 * @param records of all deployments
 */
export function deploymentPermissions(
  { deployment, desired, materialized }: AuthorityRecord,
  records: readonly AuthorityRecord[],
): DeploymentPermissions {
  const kind = RUNNER_OF[desired?.needs.kind ?? "service"];
  const used = acceptedContracts(records);
  const permissions = describePermissions(
    kind === "service" ? { kind, id: deploymentToken(deployment) } : { kind },
    {
      ...(desired === undefined ? {} : { needs: desired.needs }),
      ...(materialized === undefined ? {} : { bindings: materialized.bindings }),
      used,
      // People differ in what they hold: this is what the contract asks for.
      capabilities: demanded(Object.values(used)),
    },
  );
  return { deployment, contract: desired?.needs.contract ?? null, kind, permissions };
}

function demanded(used: readonly Needs[]): readonly string[] {
  return used.flatMap(({ surfaces }) =>
    Object.values(surfaces).flatMap(({ capabilities }) => Object.values(capabilities).flat())
  );
}
