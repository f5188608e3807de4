import type { StateListResponse } from "../../../contracts/platform/models/index.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { type Column, table } from "../../terminal/table.ts";
import type { AdminState } from "./admin_state.ts";
import { type EntryRow, entryRows, rowPaint, rowText } from "./entry_rows.ts";

/** What is asked for. */
export interface ListValues {
  readonly prefix: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** Lists a page of entries; of a store of one value that one. */
export async function listEntries(
  values: ListValues,
  state: AdminState,
  context: CommandContext,
): Promise<ExitCode> {
  const page = (await readPage(values, state)).take();
  if (isErr(page)) return failed(context, page.error);
  const rows = entryRows(page);
  const now = Date.now();
  const { columns, style } = context.terminal.out;
  const expires: Column<EntryRow> = {
    heading: "expires",
    cell: ({ expiresAt }) => expiresAt === undefined ? "" : relativeTime(expiresAt, now),
    whole: true,
  };
  const cells: readonly Column<EntryRow>[] = [
    ...(rows.some(({ key }) => key !== undefined) || state.place.need?.kind === "map"
      ? [{ heading: "key", cell: ({ key = "" }: EntryRow) => key, whole: true }]
      : []),
    { heading: "revision", cell: ({ revision = "" }) => revision, whole: true },
    {
      heading: "written",
      cell: ({ updatedAt }) => updatedAt === undefined ? "" : relativeTime(updatedAt, now),
      whole: true,
    },
    ...(rows.some(({ expiresAt }) => expiresAt !== undefined) ? [expires] : []),
    { heading: "value", cell: rowText, paint: (row) => rowPaint(row, style) },
  ];
  // What came over the wire is JSON.
  context.output.data(page, () => table(rows, cells, columns, style));
  const rest = page.count - values.offset - rows.length;
  if (rest > 0 && page.nextOffset !== undefined) {
    context.output.talk(`${rest} more; --offset ${page.nextOffset}`);
  }
  if (values.limit === 0) context.output.talk(`${page.count} in all`);
  return EXIT_CODE.ok;
}

/** Reads a page of entries; of a store of one value that one. */
export async function readPage(
  { prefix, limit, offset }: ListValues,
  state: AdminState,
): Promise<Result<StateListResponse, ExplainedError>> {
  const { need } = state.place;
  if (need?.kind !== "value") {
    const query = { limit, offset, ...(prefix === undefined ? {} : { prefix }) };
    const page = await state.call("List", query);
    // Of a store that is declared no more it is not known which kind it was.
    if (need !== undefined || page.isOk()) return page;
  }
  const found = (await state.call("Get")).take();
  if (isErr(found)) return found;
  const all = "migrationRequired" in found ? [found] : found.found ? [found.entry] : [];
  const entries = all.slice(offset, offset + limit);
  return ok({ entries, count: all.length, offset, limit });
}
