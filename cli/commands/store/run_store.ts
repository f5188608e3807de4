import { isErr } from "../../../contracts/result.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import type { StoreCommand } from "../../program/command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";
import { objectText, pageSummary, pageText, storeText } from "../../view/store_view.ts";
import { connectCommand } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { openStoreAlias } from "./open_store_alias.ts";
import { storeFailed } from "./store_failed.ts";
import { getObject } from "./get_object.ts";
import { putObject } from "./put_object.ts";

/** Runs a `store …` command. */
export async function runStore(command: StoreCommand, context: CommandContext): Promise<ExitCode> {
  const connected = (await connectCommand(context)).take();
  if (isErr(connected)) return failed(context, connected.error);
  await using link = connected;
  const store = (await openStoreAlias(command.service, command.alias, link)).take();
  if (isErr(store)) return failed(context, store.error);
  switch (command.kind) {
    case "store_ls":
      return await list(command, store, context);
    case "store_get":
      return await getObject(command, store, context);
    case "store_put":
      return await putObject(command, store, context);
    case "store_rm":
      return await remove(command.keys, store, context);
    case "store_info":
      return command.key === undefined
        ? await status(command, store, context)
        : await info(command.key, store, context);
  }
}

type Of<Kind extends StoreCommand["kind"]> = Extract<StoreCommand, { kind: Kind }>;

async function list(
  { prefix = "", limit, offset }: Of<"store_ls">,
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const page = await store.list({ prefix, limit, offset }).take();
  if (isErr(page)) return storeFailed(context, page.error);
  context.output.data(page, () => pageText(page.entries, Date.now(), context.terminal.out));
  if (!context.globals.json) context.output.talk(pageSummary(page, prefix));
  return EXIT_CODE.ok;
}

async function remove(
  keys: readonly string[],
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const removed: string[] = [];
  let code: ExitCode = EXIT_CODE.ok;
  for (const key of new Set(keys)) {
    if (context.signal.aborted) {
      code = EXIT_CODE.interrupted;
      break;
    }
    // Removing what is not there is no error for the store; here it is a typing mistake.
    const found = await store.get(key).take();
    const gone = isErr(found) ? found : await store.delete(key).take();
    if (!isErr(gone)) removed.push(key);
    else code = storeFailed(context, gone.error);
  }
  context.output.data(
    { removed },
    () => removed.map((key) => `removed ${printable(key)}`).join("\n"),
  );
  return code;
}

async function info(key: string, store: TypedStore, context: CommandContext): Promise<ExitCode> {
  const entry = await store.get(key).take();
  if (isErr(entry)) return storeFailed(context, entry.error);
  context.output.data(entry.info, () => objectText(entry.info, Date.now(), context.terminal.out));
  return EXIT_CODE.ok;
}

async function status(
  { service, alias }: Of<"store_info">,
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const found = await store.status().take();
  if (isErr(found)) return storeFailed(context, found.error);
  context.output.data(
    { service, alias, ...found },
    () => storeText(`${service} ${alias}`, found, context.terminal.out),
  );
  return EXIT_CODE.ok;
}
