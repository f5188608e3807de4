import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userJson } from "./user_view.ts";
import { withUsers } from "./with_users.ts";

/** Gives a user another name to log in with. */
export function renameUser(
  { user, name }: { readonly user: string; readonly name: string },
  context: CommandContext,
): Promise<ExitCode> {
  return withUsers(context, async (users) => {
    const found = (await users.find(user)).take();
    if (isErr(found)) return failed(context, found.error);
    const renamed = (await users.rename(found.id, name, context.by)).take();
    if (isErr(renamed)) return failed(context, renamed.error);
    context.output.data(
      { ...userJson(renamed), before: found.name },
      `${found.name} is ${renamed.name} from now on`,
    );
    return EXIT_CODE.ok;
  });
}
