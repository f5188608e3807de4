import { sessionOf } from "../../../contracts/identity/caller.ts";
import { isErr } from "../../../contracts/result.ts";
import { noUser } from "../../../reconcile/users/user_errors.ts";
import { parseSessionTarget } from "../../platform/sessions.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { personOf } from "../../program/named_users.ts";
import { namedText, nameOfPerson } from "../../program/person_text.ts";
import { counted } from "../../view/session_view.ts";
import { withSessions } from "./with_sessions.ts";

/** Revokes a session, or all of a principal, and waits until nobody can come in with it. */
export async function revokeSessions(
  { target: text, keys }: { readonly target: string; readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const written = parseSessionTarget(text);
  if (written === undefined && nameOfPerson(text) === undefined) {
    return failed(context, {
      code: "usage",
      message: `${text} is neither a session nor a principal`,
      hint: "write a session as trellis sessions list shows it, or a principal as user:ada",
    });
  }
  return await withSessions({ keys }, context, async (sessions, { connection }) => {
    const person = (await personOf(text, connection)).take();
    if (isErr(person)) return failed(context, person.error);
    const target = person === undefined ? written : { person: person.id };
    if (target === undefined) return failed(context, noUser(nameOfPerson(text) ?? text));
    const revoked = (await sessions.revoke(target, context.by)).take();
    if (isErr(revoked)) return failed(context, revoked.error);
    if (revoked.sessions.length === 0) {
      const message = "session" in target
        ? `there is no session ${text}`
        : `${text} has no sessions`;
      const hint = "trellis sessions list shows all";
      return failed(context, { code: "not_found", message, hint });
    }
    const closed = (await revoked.settled).take();
    if (isErr(closed)) return failed(context, closed.error);
    const names = new Map(person && [[person.id, person.name]]);
    const named = revoked.sessions.map(({ publicKey, principal, revokedAt, revokedBy }) => ({
      session: sessionOf(publicKey),
      principal,
      revokedAt,
      revokedBy,
    }));
    context.output.data({ sessions: named, closed }, () =>
      [
        ...named.map(({ session, principal }) =>
          `revoked ${session} of ${namedText(principal, names)}`
        ),
        `closed ${counted(closed, "connection")}`,
      ].join("\n"));
    return EXIT_CODE.ok;
  });
}
