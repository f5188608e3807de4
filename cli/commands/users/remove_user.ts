import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { confirm } from "../../program/confirm.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { deletionOf, keptText } from "../state/kept_state.ts";
import { openText } from "./person_sessions.ts";
import { userJson } from "./user_view.ts";
import { carryOutRemoval, readRemoval, type UserRemoval } from "./user_removal.ts";
import { withUsers } from "./with_users.ts";

/** Removes a user, and what is theirs to act with. Says first what that means, and has it confirmed. */
export function removeUser(
  { user, yes }: { readonly user: string; readonly yes: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  return withUsers(context, async (users, link, audit) => {
    const removal = (await readRemoval(user, { users, audit }, link)).take();
    if (isErr(removal)) return failed(context, removal.error);
    const { user: found, granted } = removal;
    const { by, output } = context;
    output.talk(removalText(removal));
    const confirmed = (await confirm(`remove ${found.name}?`, yes, context)).take();
    if (isErr(confirmed)) {
      return context.signal.aborted ? EXIT_CODE.interrupted : failed(context, confirmed.error);
    }
    const sessions = (await carryOutRemoval(removal, by, { users, audit })).take();
    if (isErr(sessions)) return failed(context, sessions.error);
    output.data(
      { ...userJson(found), state: "removed", sessions, granted },
      `removed ${found.name}`,
    );
    return EXIT_CODE.ok;
  });
}

function removalText({ user: { id, name, identities }, open, granted, kept }: UserRemoval): string {
  const ending = openText(open);
  return [
    `this removes ${name} for good, and no command brings them back`,
    ...(ending === "" ? [] : [`  shut out: ${ending}`]),
    ...(granted.length === 0 ? [] : [`  grants that end: ${granted.join(", ")}`]),
    "  the audit history stays, and so does what services and apps keep of them",
    ...(kept ?? []).map((state) => `    ${keptText(state)}: ${deletionOf(state, id).join(" ")}`),
    "  the name is free then; whoever gets it is somebody else, with none of it",
    ...(identities === undefined ? [] : [
      "  where oidc.json lets newcomers in, they come in again as a new user: to keep them out, disable them",
    ]),
  ].join("\n");
}
