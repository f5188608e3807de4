import { AuthorityError } from "./authority_error.ts";
import type { StoredFault } from "./read_stored.ts";

/**
 * The refusal of a stored text. Nothing of ours ever overwrites such a text.
 *
 * @param deployment whose it is; left out for the platform's policy
 */
export function storedFaultError(
  { kind, detail }: StoredFault,
  what: string,
  key: string,
  deployment?: string,
): AuthorityError {
  if (deployment === undefined && kind !== "newer") {
    return new AuthorityError(
      "record_corrupt",
      `${what} is not what Trellis stores: ${detail}`,
      `put ${key} back from a backup, or delete the key and set it again: trellis policy set`,
    );
  }
  const svc = `trellis svc ${deployment} authority`;
  const wayOut = key.startsWith("plan.")
    ? `Put ${key} back from a backup; a contract whose plan is damaged gets a new one`
    : `Put ${key} back from a backup, or delete the key and present the contract again`;
  switch (kind) {
    case "newer":
      return new AuthorityError(
        "newer_format",
        `${what} was written by a newer Trellis: ${detail}`,
        "update Trellis; nothing was changed",
      );
    case "unreadable":
      return new AuthorityError(
        "record_corrupt",
        `${what} is not what Trellis stores: ${detail}`,
        `${svc} verify says more. ${wayOut}`,
      );
    case "changed":
      return new AuthorityError(
        "record_corrupt",
        `${what} was changed by something other than Trellis: ${detail}`,
        `${svc} verify says what differs. ${wayOut}`,
      );
  }
}
