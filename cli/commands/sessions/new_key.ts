import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { decodePublicKey } from "../../../contracts/identity/nkey.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** A key that is to be let in. */
export interface NewKey {
  readonly publicKey: string;
  /** Its secret; missing where somebody else made it. */
  readonly seed?: string;
}

/** The key whose public half `--public-key` has named, else one that is made here. Errors: `usage`. */
export function newKey(given: string | undefined): Result<NewKey, ExplainedError> {
  if (given === undefined) {
    const { publicKey, seed } = KeyPair.generate("user");
    return ok({ publicKey, seed });
  }
  if (decodePublicKey("user", given) !== undefined) return ok({ publicKey: given });
  const message = "--public-key is not the public key of a user";
  const hint = "it begins with U; a seed begins with SU and stays where it was made";
  return err({ code: "usage", message, hint });
}
