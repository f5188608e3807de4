import { isErr } from "../../../contracts/result.ts";
import { revokeRecords } from "../../platform/revoke_records.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { counted } from "../../view/session_view.ts";
import { namesOf, personSessions } from "./person_sessions.ts";
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
    const { store, own } = await personSessions(id, connection);
    const asAdmin = own.filter(({ principal }) => principal.kind === "admin");
    const ending = asAdmin.length === 0
      ? ""
      : `, and ends ${counted(asAdmin.length, "session")} of theirs as an admin`;
    output.talk(
      action === "give"
        ? `this lets ${name} do everything, once they log in anew: read and change all data, ` +
          "decide plans, let others in"
        : `this leaves ${name} what is granted to them${ending}`,
    );
    const changed = (await users[action === "give" ? "giveAdmin" : "takeAdmin"](id, by)).take();
    if (isErr(changed)) return failed(context, changed.error);
    // Their signatures count no more from then on.
    const revoked = action === "give"
      ? []
      : await revokeRecords(namesOf(asAdmin), by, { store, audit });
    output.data(
      { ...userJson(changed), sessions: revoked.length },
      action === "give" ? `${name} is an admin` : `${name} is no admin any more`,
    );
    return EXIT_CODE.ok;
  });
}
