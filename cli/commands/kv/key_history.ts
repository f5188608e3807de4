import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { table } from "../../terminal/table.ts";
import { kvFailed } from "./kv_failed.ts";
import { revisionRow, rowText } from "./kv_rows.ts";
import type { OpenKv } from "./open_kv_alias.ts";

/** Lists the revisions of a key that the bucket still keeps, oldest first. */
export async function listRevisions(
  { key }: { readonly key: string },
  { kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  const revisions = await kv.history(key).take();
  if (isErr(revisions)) return kvFailed(context, revisions.error);
  if (revisions.length === 0) {
    return failed(context, { code: "not_found", message: `no revision of "${key}" is kept` });
  }
  const rows = revisions.map(revisionRow);
  const { out } = context.terminal;
  context.output.data(rows.map((row) => ({ ...row })), () =>
    table(
      rows,
      [
        { heading: "revision", cell: ({ revision }) => revision, align: "right" },
        { heading: "written", cell: ({ createdAt }) => createdAt },
        ...(rows.some(({ cause }) => cause !== undefined)
          ? [{ heading: "cause", cell: ({ cause }: (typeof rows)[number]) => cause ?? "" }]
          : []),
        {
          heading: "value",
          cell: rowText,
          paint: (row) =>
            "error" in row ? out.style.red : "kind" in row ? out.style.dim : (text) => text,
        },
      ],
      out.columns,
      out.style,
    ));
  return EXIT_CODE.ok;
}
