import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { counted } from "../../view/session_view.ts";
import { changeAdmin, sessionsAsAdmin } from "./change_admin.ts";
import { personSessions } from "./person_sessions.ts";
import { userJson } from "./user_view.ts";
import { withUsers } from "./with_users.ts";

/** Lets a user do everything, or no more. Says first what that means. */
export function switchAdmin(
  action: "give" | "take",
  nameOrId: string,
  context: CommandContext,
): Promise<ExitCode> {
  return withUsers(context, async (users, { messaging: { connection } }, audit) => {
    const { by, output } = context;
    const found = (await users.find(nameOrId)).take();
    if (isErr(found)) return failed(context, found.error);
    const { id, name } = found;
    const open = await personSessions(id, connection);
    const count = sessionsAsAdmin(open).length;
    const ending = count === 0
      ? ""
      : `, and ends ${counted(count, "session")} of theirs as an admin`;
    output.talk(
      action === "give"
        ? `this lets ${name} do everything, once they log in anew: read and change all data, ` +
          "decide plans, let others in"
        : `this leaves ${name} what is granted to them${ending}`,
    );
    const changed = (await changeAdmin(action, id, by, open, { users, audit })).take();
    if (isErr(changed)) return failed(context, changed.error);
    output.data(
      { ...userJson(changed.user), sessions: changed.sessions },
      action === "give" ? `${name} is an admin` : `${name} is no admin any more`,
    );
    return EXIT_CODE.ok;
  });
}
