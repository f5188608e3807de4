import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { readPortalAddress } from "../../../reconcile/nats/users/portal_address.ts";
import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import type { Users } from "../../../reconcile/users/users.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userJson } from "./user_view.ts";

/** Where people log in. */
export async function portalOf(
  connection: Parameters<typeof readPortalAddress>[0],
): Promise<Result<string, ExplainedError>> {
  const url = (await readPortalAddress(connection)).take();
  if (isErr(url)) return url;
  return url === undefined
    ? err({
      code: "not_found",
      message: "no page where passwords are chosen is known; nothing was changed",
      hint: "start Trellis (deno task dev), or give the password with --password-prompt",
    })
    : ok(url);
}

/** Makes a link, good once, where a user chooses a password. The one that they had lets them in no more. */
export async function passwordLink(
  users: Users,
  id: string,
  portal: string,
  by: string,
): Promise<Result<{ readonly url: string; readonly expiresAt: string }, ExplainedError>> {
  const link = await users.invite(id, "password", by);
  return link.map(({ token, expiresAt }) => ({ url: `${portal}/password/${token}`, expiresAt }));
}

/** Prints a link where a user chooses a password; to standard output alone, because it is a secret. */
export async function invited(
  users: Users,
  user: UserRecord,
  portal: string,
  context: CommandContext,
): Promise<ExitCode> {
  const link = (await passwordLink(users, user.id, portal, context.by)).take();
  if (isErr(link)) return failed(context, link.error);
  const { url, expiresAt } = link;
  context.output.talk(
    `${user.name} chooses a password here; the link is good once, and for a day:`,
  );
  context.output.data({ ...userJson(user), link: url, linkExpiresAt: expiresAt }, url);
  return EXIT_CODE.ok;
}
