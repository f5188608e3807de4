import { err, ok, type Result } from "../../../contracts/result.ts";
import { ServerError } from "./server_error.ts";

/** Where one NATS server listens. */
export interface ServerAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 4222 when the URL names none. */
  readonly port: number;
}

/** NATS' own port, which a client uses when none is named. */
export const DEFAULT_SERVER_PORT = 4222;

const HINT = "Write it as nats://host:4222, or tls://host:4222; several are separated by commas.";

/**
 * Reads what people put into `NATS_URL`: `nats://host:port`, `tls://host`, `host:port`, `host`, with or
 * without credentials, or several of these separated by commas. Answers at least one address.
 */
export function parseServerUrl(text: string): Result<readonly ServerAddress[], ServerError> {
  const addresses: ServerAddress[] = [];
  for (const part of text.split(",").map((piece) => piece.trim()).filter((piece) => piece !== "")) {
    const address = parseAddress(part);
    if (address === undefined) {
      const message = `"${withoutCredentials(part)}" is not the address of a NATS server`;
      return err(new ServerError("bad_url", message, { hint: HINT }));
    }
    addresses.push(address);
  }
  if (addresses.length > 0) return ok(addresses);
  return err(new ServerError("bad_url", "the address of the NATS server is empty", { hint: HINT }));
}

function parseAddress(text: string): ServerAddress | undefined {
  const withScheme = text.includes("://") ? text : `nats://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if (url.protocol !== "nats:" && url.protocol !== "tls:") return undefined;
  if (url.hostname === "" || url.port === "0") return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: url.port === "" ? DEFAULT_SERVER_PORT : Number(url.port) };
}

/** True for a host of this machine alone, written without brackets. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The same text with user, password and token left out of every address, for messages and logs. */
export function withoutCredentials(text: string): string {
  return text.split(",").map((part) => part.replace(/^(\s*[a-z+]+:\/\/)?.*@/i, "$1")).join(",");
}

/** True when the text brings a user, password or token for one of the addresses. */
export function hasCredentials(text: string): boolean {
  return withoutCredentials(text) !== text;
}
