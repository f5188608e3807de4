import { AuthorityError } from "../../records/authority_error.ts";

/** Bytes of a message that are not its text. */
const HEADROOM = 4096;

/** Refuses a text that no message of a server has room for. */
export function refuseLarge(
  text: string,
  what: string,
  maxPayload: number,
): AuthorityError | undefined {
  const limit = maxPayload - HEADROOM;
  if (text.length <= limit / 3 || new TextEncoder().encode(text).length <= limit) return undefined;
  return new AuthorityError(
    "record_too_large",
    `${what} would be larger than a message of this NATS server may be`,
    "make the contract smaller, or raise max_payload of the server; nothing was changed",
  );
}
