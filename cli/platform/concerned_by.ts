import type { Caller } from "../../contracts/identity/caller.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";

/**
 * Whose rights may change with what is accepted for a deployment: its own instances and those of services
 * that use its contract, and all who run a contract of such a kind.
 *
 * @param records of all deployments
 */
export function concernedBy(
  { deployment, desired }: AuthorityRecord,
  records: readonly AuthorityRecord[],
): (caller: Caller) => boolean {
  const contract = desired?.needs.contract ?? "";
  const concerned = records.filter((record) =>
    record.deployment === deployment ||
    Object.hasOwn(record.desired?.needs.contracts ?? {}, contract)
  );
  const services = new Set(concerned.map(({ deployment }) => deploymentToken(deployment)));
  const runners = new Set(
    concerned.map(({ desired }) => RUNNER_OF[desired?.needs.kind ?? "service"]),
  );
  return ({ principal: { kind, id } }) =>
    kind === "service" ? services.has(id) : kind !== "admin" && runners.has(kind);
}
