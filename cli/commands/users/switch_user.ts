import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { openText, personSessions } from "./person_sessions.ts";
import { userJson } from "./user_view.ts";
import { withUsers } from "./with_users.ts";

/** Lets a user in no more, or again. Says first what that means. */
export function switchUser(
  action: "disable" | "enable",
  nameOrId: string,
  context: CommandContext,
): Promise<ExitCode> {
  return withUsers(context, async (users, { messaging }) => {
    const found = (await users.find(nameOrId)).take();
    if (isErr(found)) return failed(context, found.error);
    const { id, name } = found;
    const open = await personSessions(id, messaging.connection);
    const ending = openText(open);
    const theirs = ending === "" ? "" : `, with ${ending}`;
    context.output.talk(
      action === "enable"
        ? `this lets ${name} in again${theirs}`
        : `this shuts out ${name}${theirs}, until trellis users enable ${name}`,
    );
    const changed = (await users[action](id, context.by)).take();
    if (isErr(changed)) {
      return failed(context, changed.error);
    }
    context.output.data(
      { ...userJson(changed), sessions: open.own.length + open.ofAgents.length },
      `${action === "disable" ? "disabled" : "enabled"} ${name}`,
    );
    return EXIT_CODE.ok;
  });
}
