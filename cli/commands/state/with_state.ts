import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";
import type { AdminState } from "./admin_state.ts";
import type { StateNames } from "./state_place.ts";

/** Runs a command on what somebody keeps in a store. */
export function withState(
  names: StateNames,
  context: CommandContext,
  run: (state: AdminState) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const [{ readStatePlace }, { AdminState }] = await Promise.all([
      import("./state_place.ts"),
      import("./admin_state.ts"),
    ]);
    const place = (await readStatePlace(names, link)).take();
    if (isErr(place)) return failed(context, place.error);
    if (place.isLeft) context.output.talk("nobody has this id: what a removed user left is meant");
    const code = await run(new AdminState(place, link.messaging));
    if (code === EXIT_CODE.ok && place.undeclared !== undefined) {
      const { store, target } = place;
      context.output.talk(
        `${target.contract} no longer declares ${store}: what is in it stays until it is removed`,
      );
    }
    return code;
  });
}
