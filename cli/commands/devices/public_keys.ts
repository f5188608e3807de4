import { decodePublicKey } from "../../../contracts/identity/nkey.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { textOfFile, textOfStdin } from "../../program/input/given_text.ts";
import { unreadable } from "../../program/input/json_source.ts";

/** Reads public keys from where the command line says: one key, `-` for stdin or `@file` for many. */
export async function readPublicKeys(
  given: string,
): Promise<Result<readonly string[], ExplainedError>> {
  const isStdin = given === "-";
  if (!isStdin && !given.startsWith("@")) return parsePublicKeys(given);
  const where = isStdin ? "standard input" : given.slice(1);
  try {
    return parsePublicKeys(isStdin ? await textOfStdin() : await textOfFile(given.slice(1)));
  } catch (error) {
    return err(unreadable(where, error));
  }
}

/** Public keys, one a line; each once, in their order. One that is wrong spoils all: nothing is half done. */
export function parsePublicKeys(text: string): Result<readonly string[], ExplainedError> {
  const keys = new Set<string>();
  for (const [index, line] of text.split("\n").entries()) {
    const key = line.trim();
    if (key === "") continue;
    if (decodePublicKey("user", key) === undefined) {
      // What stands there may be a secret.
      const message = `line ${index + 1} is not the public key of a device; nothing was done`;
      const hint = "it begins with U; a seed begins with SU and stays in the device";
      return err({ code: "usage", message, hint });
    }
    keys.add(key);
  }
  if (keys.size > 0) return ok([...keys]);
  return err({ code: "usage", message: "there is no public key", hint: "one stands on each line" });
}
