/**
 * The wire format of the language server protocol: a JSON body behind a `Content-Length` header.
 *
 * @module
 */
const HEADER_END = [13, 10, 13, 10] as const;
const LONGEST_HEADER = 4_096;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One JSON-RPC message as bytes, header included. */
export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  const body = encoder.encode(JSON.stringify(message));
  const header = encoder.encode(`Content-Length: ${body.length}\r\n\r\n`);
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return bytes;
}

/**
 * The JSON bodies in a stream of bytes, however they were cut into chunks. An incomplete body at
 * the end is dropped, because it means that the writer died.
 *
 * @throws SyntaxError for bytes that are not in this format; nothing after them can be read
 */
export async function* decodeMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let bytes = new Uint8Array(0);
  let needed = 0;
  for await (const chunk of chunks) {
    bytes = joined(bytes, chunk);
    while (bytes.length >= needed) {
      const header = findHeaderEnd(bytes);
      if (header === undefined) break;
      const length = contentLength(decoder.decode(bytes.subarray(0, header)));
      const start = header + HEADER_END.length;
      needed = start + length;
      if (bytes.length < needed) break;
      yield JSON.parse(decoder.decode(bytes.subarray(start, needed)));
      bytes = bytes.subarray(needed);
      needed = 0;
    }
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

function findHeaderEnd(bytes: Uint8Array): number | undefined {
  const last = Math.min(bytes.length, LONGEST_HEADER) - HEADER_END.length;
  for (let at = 0; at <= last; at++) {
    if (HEADER_END.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  if (bytes.length >= LONGEST_HEADER) {
    throw new SyntaxError(`no end of a message header within ${LONGEST_HEADER} bytes`);
  }
}

function contentLength(header: string): number {
  const length = /^content-length:\s*(\d+)\s*$/im.exec(header)?.[1];
  if (length === undefined) throw new SyntaxError(`no Content-Length in header: ${header}`);
  return Number(length);
}
