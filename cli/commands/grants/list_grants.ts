import { isErr } from "../../../contracts/result.ts";
import type { Access } from "../../../reconcile/access/access.ts";
import { type Holder, holderText } from "../../../reconcile/access/holder.ts";
import { groupName, type Holding } from "../../../reconcile/access/holding.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { holderOf, userNames } from "../../program/named_users.ts";
import { namedText, type UserNames } from "../../program/person_text.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";
import { table } from "../../terminal/table.ts";

/** Shows who holds which capabilities. */
export async function listGrants(
  { holder: named }: { readonly holder: string | undefined },
  { messaging: { connection }, authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const access = (await openAccess(connection, authority)).take();
  if (isErr(access)) return failed(context, access.error);
  if (named === undefined) {
    const names = (await userNames(connection)).take();
    return isErr(names) ? failed(context, names.error) : await listAll(access, names, context);
  }
  const found = (await holderOf(named, connection)).take();
  if (isErr(found)) return failed(context, found.error);
  return await listOne(access, found.holder, found.names, context);
}

async function listAll(
  access: Access,
  names: UserNames,
  context: CommandContext,
): Promise<ExitCode> {
  const holdings = (await access.list()).take();
  if (isErr(holdings)) return failed(context, holdings.error);
  const rows = holdings.flatMap((holding) =>
    granted(holding).map((name) => ({ holder: namedText(holding.holder, names), name }))
  );
  const { out } = context.terminal;
  context.output.data(
    holdings.map((holding) => ({
      ...holding,
      holder: holderText(holding.holder),
      name: names.get(holding.holder.id),
    })),
    () =>
      rows.length === 0 ? "nobody was granted anything" : table(
        rows,
        [
          { heading: "holder", cell: ({ holder }) => holder, whole: true },
          { heading: "granted", cell: ({ name }) => printable(name), whole: true },
        ],
        out.columns,
        out.style,
      ),
  );
  return EXIT_CODE.ok;
}

async function listOne(
  access: Access,
  holder: Holder,
  names: UserNames,
  context: CommandContext,
): Promise<ExitCode> {
  const effective = (await access.capabilitiesOf(holder)).take();
  if (isErr(effective)) return failed(context, effective.error);
  const history = (await access.store.history(holder)).take();
  if (isErr(history)) return failed(context, history.error);
  const who = namedText(holder, names);
  const own = history.at(-1);
  const changes = history.map(({ change }) => change);
  const { out } = context.terminal;
  context.output.data(
    {
      holder: holderText(holder),
      name: names.get(holder.id),
      granted: own === undefined ? [] : granted(own),
      capabilities: effective,
      changes,
    },
    () => {
      const lines = own === undefined || granted(own).length === 0
        ? [`${who} was granted nothing`]
        : [
          `${who} holds`,
          ...effective.map((key) => `  ${printable(key)}${through(key, own)}`),
        ];
      const told = changes.map(({ at, by, added, removed }) => {
        const what = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)];
        return out.style.dim(printable(`${at}  ${by}  ${what.join(" ")}`));
      });
      return [...lines, ...(told.length === 0 ? [] : ["", ...told])].join("\n");
    },
  );
  return EXIT_CODE.ok;
}

function through(key: string, { capabilities, groups }: Holding): string {
  return capabilities.includes(key) ? "" : `  through ${groups.map(groupName).join(" or ")}`;
}

function granted({ groups, capabilities }: Holding): readonly string[] {
  return [...groups.map(groupName), ...capabilities];
}
