import { isErr } from "../../../contracts/result.ts";
import { groupName } from "../../../reconcile/access/holding.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { revokeRecords } from "../../platform/revoke_records.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { confirm } from "../../program/confirm.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { namesOf, openText, personSessions } from "./person_sessions.ts";
import { userJson } from "./user_view.ts";
import { withUsers } from "./with_users.ts";

/**
 * Removes a user, and what is theirs to act with. Says first what that means, and has it confirmed. The user
 * goes last: a command that is ended half-way leaves them disabled, and can be run again.
 */
export function removeUser(
  { user, yes }: { readonly user: string; readonly yes: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  return withUsers(
    context,
    async (users, { messaging: { connection }, authority, signer }, audit) => {
      const { by, output } = context;
      const found = (await users.find(user)).take();
      if (isErr(found)) return failed(context, found.error);
      const { id, name } = found;
      const left = (await users.checkOtherAdmins(id)).take();
      if (isErr(left)) return failed(context, left.error);
      const access = (await openAccess(connection, authority, signer)).take();
      if (isErr(access)) return failed(context, access.error);
      const holder = { kind: "user", id } as const;
      const held = (await access.store.load(holder)).take();
      if (isErr(held)) return failed(context, held.error);
      const { capabilities = [], groups = [] } = held?.value ?? {};
      const granted = [...groups.map(groupName), ...capabilities];
      const open = await personSessions(id, connection);
      const ending = openText(open);
      output.talk([
        `this removes ${name} for good, and no command brings them back`,
        ...(ending === "" ? [] : [`  shut out: ${ending}`]),
        ...(granted.length === 0 ? [] : [`  grants that end: ${granted.join(", ")}`]),
        "  the audit history stays, and so does what services and apps keep of them",
        "  the name is free then; whoever gets it is somebody else, with none of it",
        ...(found.identities === undefined ? [] : [
          "  where oidc.json lets newcomers in, they come in again as a new user: to keep them out, disable them",
        ]),
      ].join("\n"));
      const confirmed = (await confirm(`remove ${name}?`, yes, context)).take();
      if (isErr(confirmed)) {
        return context.signal.aborted ? EXIT_CODE.interrupted : failed(context, confirmed.error);
      }
      const disabled = (await users.disable(id, by)).take();
      if (isErr(disabled)) return failed(context, disabled.error);
      const revoked = await revokeRecords(
        namesOf([...open.own, ...open.ofAgents]),
        by,
        { store: open.store, audit },
      );
      const taken = granted.length === 0
        ? undefined
        : (await access.change({ action: "remove", holder, names: granted, by })).take();
      if (isErr(taken)) return failed(context, taken.error);
      const removed = (await users.remove(id, by)).take();
      if (isErr(removed)) return failed(context, removed.error);
      output.data(
        { ...userJson(found), state: "removed", sessions: revoked.length, granted },
        `removed ${name}`,
      );
      return EXIT_CODE.ok;
    },
  );
}
