import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { withSessions } from "../sessions/with_sessions.ts";
import { checkDeviceName, letInDevice } from "./let_in_device.ts";

/** Lets in a device that waits for it. */
export async function activateDevice(
  { device, keys }: { readonly device: string; readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const named = checkDeviceName(device).take();
  if (isErr(named)) return failed(context, named.error);
  return await withSessions({ keys }, context, async ({ records }) => {
    const activated = (await letInDevice(device, context.by, records)).take();
    if (isErr(activated)) return failed(context, activated.error);
    context.output.data({ device, state: "active" }, `activated ${device}`);
    return EXIT_CODE.ok;
  });
}
