import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolReader, type Said } from "./protocol_reader.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const WORDS = encode(
  'INFO {"nonce":"a b"}\r\nPING\r\n+OK\r\nMSG orders.ä 7 5\r\nhi\r\n!\r\n' +
    "MSG orders 8 _INBOX.me 0\r\n\r\n" +
    "HMSG orders 9 _INBOX.me 13 15\r\nNATS/1.0\r\nA\r\n{}\r\nPONG\r\n-ERR 'Unknown Protocol'\r\n",
);

/** What was said, to be compared. */
function shown(said: Said): unknown {
  if (said.kind !== "message") return "text" in said ? [said.kind, said.text] : said.kind;
  const { sid, subject, reply, headers, data } = said;
  return [sid, subject, reply, decode(headers), decode(data)];
}

Deno.test("what a server says is the same in pieces of any size", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: WORDS.length })), (cuts) => {
    const reader = new ProtocolReader();
    const at = [0, ...cuts.sort((a, b) => a - b), WORDS.length];
    const said = at.slice(1).flatMap((end, i) => [...reader.read(WORDS.subarray(at[i], end))]);
    assertEquals(said.map(shown), [
      ["info", '{"nonce":"a b"}'],
      "ping",
      "ok",
      [7, "orders.ä", undefined, "", "hi\r\n!"],
      [8, "orders", "_INBOX.me", "", ""],
      [9, "orders", "_INBOX.me", "NATS/1.0\r\nA\r\n", "{}"],
      "pong",
      ["error", "Unknown Protocol"],
    ]);
  }));
});

Deno.test("what is not the protocol ends the connection", () => {
  for (const text of ["HTTP/1.1 400 Bad Request\r\n", "MSG a 1 x\r\n", "x".repeat(65 * 1024)]) {
    assertThrows(() => [...new ProtocolReader().read(encode(text))], Error);
  }
});
