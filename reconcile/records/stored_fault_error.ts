import { authorityCommand, AuthorityError } from "./authority_error.ts";
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
      `put ${key} back from a backup, or delete the key and set it again`,
      { command: ["policy", "set"] },
    );
  }
  const command = deployment === undefined ? undefined : authorityCommand(deployment, "verify");
  const more = command === undefined ? {} : { command };
  const wayOut = key.startsWith("plan.")
    ? `put ${key} back from a backup; a contract whose plan is damaged gets a new one`
    : `put ${key} back from a backup, or delete the key and present the contract again`;
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
        `${wayOut}; more is said by`,
        more,
      );
    case "changed":
      return new AuthorityError(
        "record_corrupt",
        `${what} was changed by something other than Trellis: ${detail}`,
        `${wayOut}; what differs is said by`,
        more,
      );
  }
}
