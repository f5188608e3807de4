import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userJson } from "./user_view.ts";
import { type PasswordOptions, withNewPassword } from "./new_password.ts";
import { invited, portalOf } from "./password_link.ts";
import { withUsers } from "./with_users.ts";

/** What the command was told. */
export interface AddUserValues extends PasswordOptions {
  readonly user: string;
  readonly display: string | undefined;
  readonly admin: boolean;
}

/** Adds somebody who may log in. */
export function addUser(
  { user: name, display, admin, ...options }: AddUserValues,
  context: CommandContext,
): Promise<ExitCode> {
  return withNewPassword(
    options,
    context,
    (password) =>
      withUsers(context, async (users, { messaging }) => {
        // Known before anybody is added whom no link could be given.
        const portal = password === undefined ? (await portalOf(messaging.connection)).take() : "";
        if (isErr(portal)) return failed(context, portal.error);
        const added = (await users.add({ name, display, admin, password }, context.by)).take();
        if (isErr(added)) return failed(context, added.error);
        if (password === undefined) return await invited(users, added, portal, context);
        context.output.data(userJson(added), `added ${added.name}`);
        return EXIT_CODE.ok;
      }),
  );
}
