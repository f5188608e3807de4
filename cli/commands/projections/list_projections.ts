import { isErr } from "../../../contracts/result.ts";
import { readProjections } from "../../letters/projection_figures.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { table } from "../../terminal/table.ts";

/** Lists projections. */
export async function listProjections(
  { service }: { readonly service: string | undefined },
  { authority, messaging }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const shown = service === undefined
    ? await authority.list()
    : (await authority.show(service)).map((record) => [record]);
  if (shown.isErr()) return failed(context, shown.error);
  const projections = (await readProjections(shown.orThrow(), messaging)).take();
  if (isErr(projections)) return failed(context, projections.error);
  const { output, terminal: { out } } = context;
  output.data(
    { projections: projections.map((projection) => ({ ...projection })) },
    () =>
      table(
        projections,
        [
          { heading: "service", cell: ({ deployment }) => deployment },
          { heading: "projection", cell: ({ alias }) => alias, whole: true },
          { heading: "bucket", cell: ({ bucket }) => bucket },
          { heading: "keys", cell: ({ keys }) => count(keys), align: "right" },
          { heading: "behind", cell: ({ behind }) => count(behind), align: "right" },
          { heading: "dead letters", cell: ({ dead }) => String(dead), align: "right" },
          { heading: "made again", cell: ({ next }) => next ?? "" },
        ],
        out.columns,
        out.style,
      ),
  );
  if (projections.length === 0) {
    output.talk(
      service === undefined ? "there are no projections" : `${service} has no projections`,
    );
  }
  return EXIT_CODE.ok;
}

function count(figure: number | undefined): string {
  return figure === undefined ? "?" : String(figure);
}
