import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userJson, usersText } from "./user_view.ts";
import { withUsers } from "./with_users.ts";

/** Lists who may log in. */
export function listUsers(context: CommandContext): Promise<ExitCode> {
  return withUsers(context, async (users) => {
    const all = (await users.store.loadAll()).take();
    if (isErr(all)) return failed(context, all.error);
    const { found, problems } = all;
    context.output.data(
      found.map(userJson),
      () => found.length === 0 ? "nobody was added" : usersText(found, context.terminal.out),
    );
    for (const { message, hint } of problems) context.output.warn(`${message}; ${hint}`);
    return EXIT_CODE.ok;
  });
}
