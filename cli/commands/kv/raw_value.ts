import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { kvFailed } from "./kv_failed.ts";
import type { OpenKv } from "./open_kv_alias.ts";

/** Prints what is stored under a key, byte by byte, whether or not it fits the schema. */
export async function printRawValue(
  { key }: { readonly key: string },
  { bucket, kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  // An invalid key is refused as every command refuses it.
  const checked = await kv.get(key).take();
  if (isErr(checked) && checked.error.reason !== "corrupt_value") {
    return kvFailed(context, checked.error);
  }
  const last = (await bucket.last(key)).take();
  if (isErr(last)) return kvFailed(context, last.error);
  if (last === undefined || last.deleted) {
    return failed(context, { code: "not_found", message: `there is no value under "${key}"` });
  }
  const { revision, createdAt, bytes } = last;
  const text = storedText(bytes);
  const { out } = context.terminal;
  if (context.globals.json) {
    const stored = text === undefined ? { base64: bytes.toBase64() } : { text };
    context.output.data({ key, revision, createdAt, ...stored }, "");
  } else if (!out.isTerminal) out.bytes(bytes);
  // A terminal is given text that it does not obey.
  else out.line(text ?? new TextDecoder().decode(bytes));
  return EXIT_CODE.ok;
}

/** What is stored as text; undefined when it is none. */
export function storedText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
