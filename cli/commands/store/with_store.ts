import { isErr } from "../../../contracts/result.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Runs a command on the store behind an alias. */
export function withStore(
  { service, alias }: { readonly service: string; readonly alias: string },
  context: CommandContext,
  run: (store: TypedStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const { openStoreAlias } = await import("./open_store_alias.ts");
    const store = (await openStoreAlias(service, alias, { ...link, by: context.by })).take();
    return isErr(store) ? failed(context, store.error) : await run(store);
  });
}
