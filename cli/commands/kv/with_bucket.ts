import { isErr } from "../../../contracts/result.ts";
import type { TypedKV } from "../../../runtime/kv/typed_kv.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Runs a command on the bucket behind an alias. */
export function withBucket(
  { service, alias }: { readonly service: string; readonly alias: string },
  context: CommandContext,
  run: (kv: TypedKV<unknown>) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const { openKvAlias } = await import("./open_kv_alias.ts");
    const kv = (await openKvAlias(service, alias, link)).take();
    return isErr(kv) ? failed(context, kv.error) : await run(kv);
  });
}
