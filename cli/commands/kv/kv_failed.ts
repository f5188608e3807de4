import type { KVError } from "../../../runtime/kv/kv_error.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import type { KvPlace } from "./open_kv_alias.ts";

/** Reports that a bucket refused something; a value that cannot be read can be shown as it is. */
export function kvFailed(
  context: CommandContext,
  { message, reason }: KVError,
  place?: KvPlace & { readonly key: string },
): ExitCode {
  if (reason !== "corrupt_value" || place === undefined) {
    return failed(context, { message, code: reason });
  }
  const { service, alias, key } = place;
  return failed(context, {
    message,
    code: reason,
    hint: "`kv put` replaces it and `kv rm` deletes it; to see what is stored",
    command: ["kv", "get", service, alias, key, "--raw"],
  });
}
