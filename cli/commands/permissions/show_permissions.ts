import { isErr } from "../../../contracts/result.ts";
import { deploymentPermissions } from "../../deployments/deployment_permissions.ts";
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
  const shown = deploymentPermissions(record, records);
  const { contract, kind, permissions } = shown;
  context.output.data(
    { deployment, contract, principal: kind, ...permissions },
    () => permissionsText(shown, context.terminal.out),
  );
  return EXIT_CODE.ok;
}
