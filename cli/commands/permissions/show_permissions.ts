import { isErr } from "../../../contracts/result.ts";
import { deploymentToken } from "../../../contracts/stored/authority_records.ts";
import { RUNNER_OF } from "../../../contracts/identity/contract_runner.ts";
import { describePermissions } from "../../../reconcile/grants/compile_permissions.ts";
import type { Needs } from "../../../reconcile/needs/need_types.ts";
import { acceptedContracts } from "../../platform/accepted_contracts.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { permissionsText } from "../../view/permissions_view.ts";

/** Shows every subject that the instances of a deployment may use, and why. */
export async function showPermissions(
  { deployment }: { readonly deployment: string },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return failed(context, record.error);
  const records = (await authority.list()).take();
  if (isErr(records)) return failed(context, records.error);
  const { desired, materialized } = record;
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
  const contract = desired?.needs.contract ?? null;
  context.output.data(
    { deployment, contract, principal: kind, ...permissions },
    () => permissionsText({ deployment, contract, kind, permissions }, context.terminal.out),
  );
  return EXIT_CODE.ok;
}

function demanded(used: readonly Needs[]): readonly string[] {
  return used.flatMap(({ surfaces }) =>
    Object.values(surfaces).flatMap(({ capabilities }) => Object.values(capabilities).flat())
  );
}
