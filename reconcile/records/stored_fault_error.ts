import { AUTHORITY_BUCKET } from "../../contracts/stored/authority_records.ts";
import { authorityCommand, AuthorityError } from "./authority_error.ts";
import type { StoredFault } from "./read_stored.ts";

/**
 * The refusal of a stored text, with how it is repaired. Nothing of ours overwrites or deletes such a
 * text.
 *
 * @param deployment whose it is; left out for the platform's policy
 */
export function storedFaultError(
  { kind, detail }: StoredFault,
  what: string,
  key: string,
  deployment?: string,
): AuthorityError {
  if (kind === "newer") return newerFormatError(what, detail);
  const message = kind === "unreadable"
    ? `${what} is not what Trellis stores: ${detail}`
    : `${what} was changed by something other than Trellis: ${detail}`;
  return new AuthorityError(
    "record_corrupt",
    message,
    deployment === undefined ? repairOf(key) : `${repairOf(key)}. What differs is said by`,
    {
      command: deployment === undefined
        ? ["policy", "set"]
        : authorityCommand(deployment, "verify"),
    },
  );
}

/** The refusal of what a newer Trellis has written. */
export function newerFormatError(what: string, detail: string): AuthorityError {
  return new AuthorityError(
    "newer_format",
    `${what} was written by a newer Trellis: ${detail}`,
    "update Trellis; nothing was changed",
  );
}

/** How the text under a key is repaired: which key, and with what command. */
export function repairOf(key: string): string {
  const restore = `restore the key ${key} of the KV bucket ${AUTHORITY_BUCKET} from a backup ` +
    `(nats kv put ${AUTHORITY_BUCKET} ${key} < backup)`;
  const remove =
    `keep a copy (nats kv get ${AUTHORITY_BUCKET} ${key} --raw > copy) and delete it ` +
    `(nats kv del ${AUTHORITY_BUCKET} ${key})`;
  switch (key.split(".")[0]) {
    case "history":
      return restore;
    case "plan":
      return `${restore}; a contract whose plan is damaged gets a new one when it is presented again`;
    case "policy":
      return `${restore}; or ${remove}, and set the policy again`;
    default:
      return `${restore}; or ${remove}, and present the contract again: buckets and their data ` +
        "stay, and a plan says what is bound again";
  }
}
