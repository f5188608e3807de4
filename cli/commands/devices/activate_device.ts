import { isSession } from "../../../contracts/identity/caller.ts";
import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { withSessions } from "../sessions/with_sessions.ts";

/** Lets in a device that waits for it. */
export async function activateDevice(
  { device, keys }: { readonly device: string; readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const hint = "trellis devices list shows all";
  if (!isSession(device)) {
    const message = `${device} is not the name of a device`;
    return failed(context, { code: "usage", message, hint });
  }
  return await withSessions({ keys }, context, async (sessions) => {
    const activated = (await sessions.activate(device, context.by)).take();
    if (isErr(activated)) return failed(context, activated.error);
    if (activated?.principal.kind !== "device") {
      return failed(context, { code: "not_found", message: `there is no device ${device}`, hint });
    }
    if (activated.revokedAt !== undefined) {
      const message = `${device} was revoked, which is for ever`;
      const hint = "give it another root secret, and provision it anew";
      return failed(context, { code: "conflict", message, hint });
    }
    context.output.data({ device, state: "active" }, `activated ${device}`);
    return EXIT_CODE.ok;
  });
}
