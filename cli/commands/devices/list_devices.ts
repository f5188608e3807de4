import { isErr } from "../../../contracts/result.ts";
import type { ListedSession } from "../../platform/sessions.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { table } from "../../terminal/table.ts";
import { sessionJson, stateColumn } from "../../view/session_view.ts";
import { withSessions } from "../sessions/with_sessions.ts";

/** Lists the devices that were provisioned. */
export function listDevices(
  values: { readonly keys: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  return withSessions(values, context, async (sessions) => {
    const listed = (await sessions.list()).take();
    if (isErr(listed)) return failed(context, listed.error);
    const devices = listed.filter(({ record }) => record.principal.kind === "device");
    const now = Date.now();
    const { columns, style } = context.terminal.out;
    const cells = [
      { heading: "device", cell: (of: ListedSession) => of.record.principal.id, whole: true },
      { heading: "contract", cell: ({ record }: ListedSession) => record.contract?.id ?? "" },
      {
        heading: "since",
        cell: ({ record }: ListedSession) => relativeTime(record.createdAt, now),
        whole: true,
      },
      stateColumn(now, style),
    ];
    context.output.data(
      devices.map((device) => sessionJson(device, new Map(), now)),
      () => table(devices, cells, columns, style),
    );
    return EXIT_CODE.ok;
  });
}
