import { isErr } from "../../../contracts/result.ts";
import type { CommandContext } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { kvFailed } from "./kv_failed.ts";
import type { OpenKv } from "./open_kv_alias.ts";

/** Deletes a key, whatever it holds; one that holds nothing is a typing mistake. */
export async function removeKey(
  { key, expectedRevision }: {
    readonly key: string;
    /** Opaque; delete only if the key still has it. */
    readonly expectedRevision: string | undefined;
  },
  { kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  if (expectedRevision === undefined) {
    const entry = await kv.get(key).take();
    if (isErr(entry) && entry.error.reason !== "corrupt_value") {
      return kvFailed(context, entry.error);
    }
  }
  const condition = expectedRevision === undefined ? {} : { expectedRevision };
  const removed = await kv.delete(key, condition).take();
  if (isErr(removed)) return kvFailed(context, removed.error);
  context.output.data({ removed: key }, `removed ${key}`);
  return EXIT_CODE.ok;
}
