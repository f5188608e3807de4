import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import type { KvPlace, OpenKv } from "./open_kv_alias.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Runs a command on the bucket behind an alias. */
export function withBucket(
  place: KvPlace,
  context: CommandContext,
  run: (opened: OpenKv) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const { openKvAlias } = await import("./open_kv_alias.ts");
    const opened = (await openKvAlias(place, { ...link, by: context.by })).take();
    return isErr(opened) ? failed(context, opened.error) : await run(opened);
  });
}
