import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userJson } from "./user_view.ts";
import { type PasswordOptions, withNewPassword } from "./new_password.ts";
import { invited, portalOf } from "./password_link.ts";
import { withUsers } from "./with_users.ts";

/** Ends the password of a user, for another one or for a link where they choose it. */
export function resetPassword(
  { user, ...options }: PasswordOptions & { readonly user: string },
  context: CommandContext,
): Promise<ExitCode> {
  return withNewPassword(
    options,
    context,
    (password) =>
      withUsers(context, async (users, { messaging }) => {
        const found = (await users.find(user)).take();
        if (isErr(found)) return failed(context, found.error);
        if (password === undefined) {
          const portal = (await portalOf(messaging.connection)).take();
          if (isErr(portal)) return failed(context, portal.error);
          return await invited(users, found, portal, context);
        }
        const changed = (await users.setPassword(found.id, password, context.by)).take();
        if (isErr(changed)) return failed(context, changed.error);
        context.output.data(userJson(changed), `${changed.name} has another password`);
        return EXIT_CODE.ok;
      }),
  );
}
