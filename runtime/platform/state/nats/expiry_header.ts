import { STATE_EXPIRES_HEADER } from "../../../../contracts/stored/state_entry.ts";
import { headerValue } from "../../../nats/headers/received_headers.ts";
import { MESSAGE_TTL_HEADER } from "../../../nats/jetstream/publish_headers.ts";

/** Seconds that a deletion is kept, where the server can forget it: who repeats it is answered as before. */
const DELETION_S = 3600;
/** Seconds that an entry is kept after it has expired: clocks differ. */
const AFTER_EXPIRY_S = 60;

/** When an entry expires, by its headers, in milliseconds since 1970; undefined: never. */
export function expiryOf(headers: string): number | undefined {
  const text = headers === "" ? undefined : headerValue(headers, STATE_EXPIRES_HEADER);
  const time = text === undefined ? NaN : Number(text);
  return Number.isSafeInteger(time) && time > 0 ? time : undefined;
}

/**
 * The header lines of a write: when it expires, and, where the server can, how long it keeps what holds
 * nothing any more. That is housekeeping only: what counts is what the first line says.
 *
 * @param now milliseconds since 1970
 */
export function expiryLines(
  { isDeletion, expiresAt, now, canForget }: {
    readonly isDeletion: boolean;
    readonly expiresAt: number | undefined;
    readonly now: number;
    readonly canForget: boolean;
  },
): string {
  const says = expiresAt === undefined ? "" : `${STATE_EXPIRES_HEADER}: ${expiresAt}\r\n`;
  const seconds = isDeletion
    ? DELETION_S
    : expiresAt === undefined
    ? undefined
    : Math.ceil((expiresAt - now) / 1000) + AFTER_EXPIRY_S;
  return says + (canForget && seconds !== undefined ? forgottenAfter(seconds * 1000) : "");
}

/** The header line of what the server forgets after a time, where it can. */
export function forgottenAfter(ms: number): string {
  return `${MESSAGE_TTL_HEADER}: ${Math.ceil(ms / 1000)}s\r\n`;
}
