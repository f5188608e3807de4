import { err, type Result } from "../../../../contracts/result.ts";
import { type NewKey, newKey } from "../../../commands/sessions/new_key.ts";
import type { ExplainedError } from "../../../program/command_context.ts";

/** The key whose public half was typed, else one that is made here. Errors: `usage`. */
export function typedKey(publicKey: string): Result<NewKey, ExplainedError> {
  const key = newKey(publicKey === "" ? undefined : publicKey);
  if (key.isOk()) return key;
  return err({
    code: key.error.code,
    message: "what was typed is no public key; nothing was done",
    hint: "it begins with U; a seed begins with SU and stays where it was made",
  });
}
