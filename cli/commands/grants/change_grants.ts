import { isErr } from "../../../contracts/result.ts";
import { holderText } from "../../../reconcile/access/holder.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { holderOf } from "../../program/named_users.ts";
import { namedText } from "../../program/person_text.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";

/** Gives capabilities and groups, or takes them. */
export async function changeGrants(
  action: "add" | "remove",
  { holder: named, capability, more }: {
    readonly holder: string;
    readonly capability: string;
    readonly more: readonly string[];
  },
  { messaging, authority, signer }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const found = (await holderOf(named, messaging.connection)).take();
  if (isErr(found)) return failed(context, found.error);
  const { holder, names } = found;
  const access = (await openAccess(messaging.connection, authority, signer)).take();
  if (isErr(access)) return failed(context, access.error);
  const { by, output } = context;
  const granted = (await access.change({ action, holder, names: [capability, ...more], by }))
    .take();
  if (isErr(granted)) return failed(context, granted.error);
  const { changed, undeclared } = granted;
  const who = namedText(holder, names);
  const isNobody = holder.kind === "user" && !names.has(holder.id);
  if (isNobody && action === "add" && isSecured(messaging.connection)) {
    output.warn(`there is no user ${holder.id} yet: trellis users add ${holder.id}`);
  }
  for (const key of undeclared) {
    if (action === "add") output.warn(`no accepted contract declares ${printable(key)} yet`);
  }
  const what = printable(granted.named.join(", "));
  output.data(
    { ...granted, holder: holderText(holder), name: names.get(holder.id) },
    () =>
      action === "remove"
        ? `${who} no longer holds ${what}`
        : changed
        ? `${who} now holds ${what}`
        : `${who} held ${what} already`,
  );
  return EXIT_CODE.ok;
}
