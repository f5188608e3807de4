import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { Granted, GrantRequest } from "../../../reconcile/access/access.ts";
import { holderText } from "../../../reconcile/access/holder.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { holderOf } from "../../program/named_users.ts";
import { namedText, type UserNames } from "../../program/person_text.ts";
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
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { by, output } = context;
  const request = { action, holder: named, names: [capability, ...more], by };
  const done = (await grant(request, link)).take();
  if (isErr(done)) return failed(context, done.error);
  const { granted, names, warnings, text } = done;
  for (const warning of warnings) output.warn(warning);
  const { holder } = granted;
  output.data({ ...granted, holder: holderText(holder), name: names.get(holder.id) }, text);
  return EXIT_CODE.ok;
}

/** What became of a change, in words too. */
export interface GrantDone {
  readonly granted: Granted;
  readonly names: UserNames;
  /** What may be a slip. */
  readonly warnings: readonly string[];
  readonly text: string;
}

/** Gives capabilities and groups to whom a text names, as `user:ada`, or takes them. */
export async function grant(
  { action, holder: named, names: capabilities, by }: Omit<GrantRequest, "holder"> & {
    readonly holder: string;
  },
  { messaging: { connection }, authority, signer }: Pick<
    Connected,
    "messaging" | "authority" | "signer"
  >,
): Promise<Result<GrantDone, AuthorityError>> {
  const found = (await holderOf(named, connection)).take();
  if (isErr(found)) return found;
  const { holder, names } = found;
  const access = (await openAccess(connection, authority, signer)).take();
  if (isErr(access)) return access;
  const granted = (await access.change({ action, holder, names: capabilities, by })).take();
  if (isErr(granted)) return granted;
  const isNobody = holder.kind === "user" && !names.has(holder.id) && isSecured(connection);
  const warnings = action === "remove" ? [] : [
    ...(isNobody ? [`there is no user ${holder.id} yet: trellis users add ${holder.id}`] : []),
    ...granted.undeclared.map((key) => `no accepted contract declares ${printable(key)} yet`),
  ];
  return ok({ granted, names, warnings, text: grantText(action, granted, names) });
}

function grantText(
  action: "add" | "remove",
  { holder, named, changed }: Granted,
  names: UserNames,
): string {
  const who = namedText(holder, names);
  const what = printable(named.join(", "));
  if (action === "remove") return `${who} no longer holds ${what}`;
  return changed ? `${who} now holds ${what}` : `${who} held ${what} already`;
}
