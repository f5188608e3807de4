import { isErr } from "../../../contracts/result.ts";
import type { ListedSession } from "../../platform/sessions/sessions.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { userNames } from "../../program/named_users.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { type Column, table } from "../../terminal/table.ts";
import { sessionJson, stateColumn } from "../../view/session_view.ts";
import type { RunnerKind } from "./runner_contract.ts";
import { withSessions } from "./with_sessions.ts";

/** Lists the devices, or the agents, that were given a key. */
export function listRunners(
  kind: RunnerKind,
  values: { readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  return withSessions(values, context, async (sessions, { connection }) => {
    const listed = (await sessions.list()).take();
    if (isErr(listed)) return failed(context, listed.error);
    const names = (await userNames(connection)).take();
    if (isErr(names)) return failed(context, names.error);
    const runners = listed.filter(({ record }) => record.principal.kind === kind);
    const now = Date.now();
    const { columns, style } = context.terminal.out;
    const personColumn: Column<ListedSession> = {
      heading: "acts for",
      cell: ({ record: { actsFor = "" } }) => names.get(actsFor) ?? actsFor,
    };
    const cells: readonly Column<ListedSession>[] = [
      { heading: kind, cell: ({ record }) => record.principal.id, whole: true },
      { heading: "contract", cell: ({ record }) => record.contract?.id ?? "" },
      ...(kind === "agent" ? [personColumn] : []),
      {
        heading: "since",
        cell: ({ record }) => relativeTime(record.createdAt, now),
        whole: true,
      },
      stateColumn(now, style),
    ];
    context.output.data(
      runners.map((runner) => sessionJson(runner, names, now)),
      () => table(runners, cells, columns, style),
    );
    return EXIT_CODE.ok;
  });
}
