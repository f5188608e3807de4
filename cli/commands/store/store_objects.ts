import { isErr } from "../../../contracts/result.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import { TypedStoreEntry } from "../../../runtime/store/typed_store_entry.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";
import { objectText, pageSummary, pageText, storeText } from "../../view/store/store_view.ts";
import type { CommandContext } from "../../program/command_context.ts";
import { storeFailed } from "./store_failed.ts";

/** Lists a page of objects. */
export async function listObjects(
  { prefix = "", limit, offset }: {
    readonly prefix: string | undefined;
    readonly limit: number;
    readonly offset: number;
  },
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const page = await store.list({ prefix, limit, offset }).take();
  if (isErr(page)) return storeFailed(context, page.error);
  context.output.data(page, () => pageText(page.entries, Date.now(), context.terminal.out));
  if (!context.globals.json) context.output.talk(pageSummary(page, prefix));
  return EXIT_CODE.ok;
}

/** Removes objects; a key that holds none is an error. */
export async function removeObjects(
  { key, more }: { readonly key: string; readonly more: readonly string[] },
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const removed: string[] = [];
  let code: ExitCode = EXIT_CODE.ok;
  for (const name of new Set([key, ...more])) {
    if (context.signal.aborted) {
      code = EXIT_CODE.interrupted;
      break;
    }
    // Removing what is not there is no error for the store; here it is a typing mistake.
    const found = await store.get(name).take();
    const gone = isErr(found) ? found : await store.delete(name).take();
    if (!isErr(gone)) removed.push(name);
    else code = storeFailed(context, gone.error);
  }
  context.output.data(
    { removed },
    () => removed.map((key) => `removed ${printable(key)}`).join("\n"),
  );
  return code;
}

/** Describes an object, or the store itself when no key is given. */
export async function describe(
  { service, alias, key }: {
    readonly service: string;
    readonly alias: string;
    readonly key: string | undefined;
  },
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  if (key !== undefined) return await describeObject(key, store, context);
  const status = await store.status().take();
  if (isErr(status)) return storeFailed(context, status.error);
  context.output.data(
    { service, alias, ...status },
    () => storeText(`${service} ${alias}`, status, context.terminal.out),
  );
  return EXIT_CODE.ok;
}

async function describeObject(
  key: string,
  store: TypedStore,
  context: CommandContext,
): Promise<ExitCode> {
  const entry = await store.get(key).take();
  if (isErr(entry)) return storeFailed(context, entry.error);
  const { info } = entry;
  const cause = TypedStoreEntry.causeOf(entry);
  context.output.data(
    cause === undefined ? info : { ...info, cause },
    () => objectText({ info, cause }, Date.now(), context.terminal.out),
  );
  return EXIT_CODE.ok;
}
