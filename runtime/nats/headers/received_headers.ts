import type { MsgImpl } from "@nats-io/nats-core/internal";
import type { WireMessage } from "../link/link.ts";

const decoder = new TextDecoder();
/** Where the status stands behind `NATS/1.0 `. */
const STATUS_AT = 9;
const SPACE = 0x20;

/** The part of the library's messages that lets their headers be read without building a map. */
export type RawMessage = Partial<Pick<MsgImpl, "_rdata" | "_msg">>;

/**
 * The header block of a message, "" when it has none. Read with {@link headerValue} and
 * {@link headerStatus}: finding one header this way costs a tenth of what `msg.headers` does.
 */
export function headerText(msg: WireMessage): string {
  if (msg.headerBytes !== undefined) {
    return msg.headerBytes.length === 0 ? "" : decoder.decode(msg.headerBytes);
  }
  const raw: RawMessage = msg as WireMessage & RawMessage; // the library's own messages carry both fields
  if (raw._rdata === undefined || raw._msg === undefined) return rebuiltHeaderText(msg);
  return raw._msg.hdr > 0 ? decoder.decode(raw._rdata.subarray(0, raw._msg.hdr)) : "";
}

/** The first value of a header; undefined when it is not there. Names are case-sensitive. */
export function headerValue(text: string, name: string): string | undefined {
  const line = text.indexOf(`\r\n${name}:`);
  if (line < 0) return undefined;
  const end = text.indexOf("\r\n", line + 2);
  return text.slice(line + name.length + 3, end < 0 ? undefined : end).trim();
}

/** The status of the first line, as 503; 0 for ordinary messages. */
export function headerStatus(text: string): number {
  return text.startsWith("NATS/1.0 ")
    ? Number.parseInt(text.slice(STATUS_AT, STATUS_AT + 3), 10) || 0
    : 0;
}

/** The same of a message: where it has no status, its headers are not decoded. */
export function messageStatus(msg: WireMessage): number {
  const raw: RawMessage = msg as WireMessage & RawMessage;
  const bytes = msg.headerBytes ?? raw._rdata;
  // Of a message without headers this is a byte of its body, and its text is empty.
  if (bytes !== undefined && bytes[STATUS_AT - 1] !== SPACE) return 0;
  return headerStatus(headerText(msg));
}

function rebuiltHeaderText({ headers }: WireMessage): string {
  if (headers === undefined) return "";
  let text = headers.code > 0 ? `NATS/1.0 ${headers.code}\r\n` : "NATS/1.0\r\n";
  for (const [name, values] of headers) {
    for (const value of values) text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
