import { assert, assertEquals, assertThrows } from "@std/assert";
import { MsgHdrsImpl } from "@nats-io/nats-core/internal";
import fc from "fast-check";
import {
  failureHeaderText,
  isContractDigest,
  isRequestId,
  isTraceparent,
  requestHeaderStart,
  requestHeaderText,
} from "./prepared_headers.ts";
import { headerStatus, headerText, headerValue, messageStatus } from "./received_headers.ts";
import { traceLot } from "./trace_lot.ts";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { anyText } from "../../../tests/support/random/any_text.ts";

const encode = (text: string) => new TextEncoder().encode(text);
/** Texts in which line ends and header names are frequent. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom("\r\n", "\r", "\n", "\0", ": ", "NATS/1.0", "Trellis-Contract", "x", " "),
    anyText({ maxLength: 5 }),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

/** Any text as what may stand in a header. */
const printable = hostile.map((text) => `x${text.replace(/[^\x21-\x7e]/g, "").slice(0, 100)}`);
const token = hostile.map((text) => `x${text.replace(/[^\w-]/g, "").slice(0, 60)}`);

Deno.test("request headers read the same for the client library and for us", () => {
  fc.assert(fc.property(token, printable, hostile, (digest, requestId, traceparent) => {
    assert(isRequestId(requestId) && isContractDigest(digest));
    const text = requestHeaderText(requestHeaderStart(digest), requestId, { traceparent });
    const theirs = MsgHdrsImpl.decode(encode(text));
    const kept = isTraceparent(traceparent) ? traceparent : undefined;
    assertEquals(headerValue(text, "Trellis-Contract"), digest);
    assertEquals(headerValue(text, "Trellis-Request-Id"), requestId);
    assertEquals(headerValue(text, "traceparent"), kept);
    assertEquals(theirs.get("Trellis-Contract"), digest);
    assertEquals(theirs.get("Trellis-Request-Id"), requestId);
    assertEquals(theirs.get("traceparent"), kept ?? "");
    assertEquals(theirs.keys().length, kept === undefined ? 2 : 3);
  }));
});

Deno.test("no value can end its line", () => {
  fc.assert(fc.property(hostile, (value) => {
    fc.pre(/[\r\n]/.test(value));
    assertThrows(() => requestHeaderStart(value), TypeError);
    assertThrows(() => requestHeaderText(requestHeaderStart(undefined), value), TypeError);
    const text = requestHeaderText(requestHeaderStart(undefined), "r-1", {
      traceparent: value,
      tracestate: value,
      span: value,
    });
    assertEquals(text, "NATS/1.0\r\nTrellis-Request-Id: r-1\r\n\r\n");
    const failure = MsgHdrsImpl.decode(encode(failureHeaderText(400, value)));
    assertEquals(failure.keys().sort(), ["Nats-Service-Error", "Nats-Service-Error-Code"]);
  }));
});

Deno.test("what tracing systems add goes with a trace context, as it is, and with nothing else", () => {
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const read = (marks: Parameters<typeof requestHeaderText>[2]) =>
    headerValue(requestHeaderText(requestHeaderStart(undefined), "r-1", marks), "tracestate");
  const tracestate = "vendor=1, other@tenant=x:y";
  assertEquals(read({ traceparent, tracestate }), tracestate);
  assertEquals(read({ traceparent, tracestate: "x".repeat(513) }), undefined);
  assertEquals(read({ tracestate }), undefined);
  assertEquals(read({ traceparent: "not one\r\n", tracestate }), undefined);
});

Deno.test("error replies have a code and a description, whatever is asked for", () => {
  for (const [code, expected] of [[404, "404"], [0, "500"], [NaN, "500"], [4.5, "500"]] as const) {
    const headers = MsgHdrsImpl.decode(encode(failureHeaderText(code, "")));
    assertEquals(headers.get("Nats-Service-Error-Code"), expected);
    assertEquals(headers.get("Nats-Service-Error"), "error");
  }
  assert(failureHeaderText(400, "x".repeat(10_000)).length < 400);
});

Deno.test("a header is found by its exact name, at the start of a line only", () => {
  const text = "NATS/1.0\r\nA: b\r\nX-A: no\r\nB:  A: inside \r\nA: second\r\nEmpty:\r\n\r\n";
  assertEquals(headerValue(text, "A"), "b");
  assertEquals(headerValue(text, "B"), "A: inside");
  assertEquals(headerValue(text, "Empty"), "");
  assertEquals(headerValue(text, "a"), undefined);
  assertEquals(headerValue(text, "NATS/1.0"), undefined);
  assertEquals(headerStatus(text), 0);
  assertEquals(headerStatus("NATS/1.0 503\r\n\r\n"), 503);
  assertEquals(headerStatus("NATS/1.0 404 No Messages\r\n\r\n"), 404);
  assertEquals(headerStatus(""), 0);
  const status = (headers: string, data = "") =>
    messageStatus({ subject: "a", data: encode(data), headerBytes: encode(headers) });
  assertEquals(status("NATS/1.0 503\r\n\r\n"), 503);
  assertEquals(status(text), 0);
  assertEquals(status("", "NATS/1.0 503"), 0);
});

Deno.test("a request has the lot of its trace, whoever serves it, and of its id without one", () => {
  const lot = (requestId: string, traceparent?: string, span?: string) => {
    const text = requestHeaderText(requestHeaderStart("digest"), requestId, { traceparent, span });
    const headerBytes = encode(text);
    return traceLot({ subject: "a", data: encode("body"), headerBytes });
  };
  const [trace, other] = ["a".repeat(32), "b".repeat(32)];
  const [calls, late] = [`00-${trace}-${"1".repeat(16)}-01`, `00-${trace}-${"2".repeat(16)}-00`];
  fc.assert(fc.property(printable, printable, (id, another) => {
    assertEquals(lot(id), lot(id));
    assertEquals(lot(id) === lot(another), id === another);
    assertEquals(lot(id, calls), lot(another, late));
    assert(lot(id, calls) !== lot(id, calls.replace(trace, other)));
    // Nobody knows what to make of it, so it is the same as without.
    assertEquals(lot(id, "00-short"), lot(id));
    assertEquals(lot(id, calls, `${trace}-${"1".repeat(16)}`), 0);
  }));
  const bare = traceLot({ subject: "a", data: encode("Trellis-Request-Id: b\r\n") });
  assertEquals(bare, undefined);
});

Deno.test("the library's messages give their headers without a map, and with one", async () => {
  await using server = await MessagingTestServer.start();
  const connection = await server.plain();
  const texts: string[] = [];
  const lots: unknown[] = [];
  const statuses: number[] = [];
  connection.subscribe("a", {
    callback: (_cause, msg) => {
      const { subject, data, headers } = msg;
      texts.push(headerText(msg));
      statuses.push(messageStatus(msg), messageStatus({ subject, data, headers }));
      texts.push(headerText({ subject, data, headers }));
      lots.push([traceLot(msg), traceLot({ subject, data, headers })]);
    },
  });
  const headers = new MsgHdrsImpl();
  headers.append("Trellis-Request-Id", "r-1");
  headers.append("other", "ä");
  connection.publish("a", "body", { headers });
  connection.publish("a", "body");
  connection.publish("a", "NATS/1.0 503");
  connection.publish("nobody", "body", { reply: "a" });
  await connection.flush();
  await connection.flush();
  const expected = "NATS/1.0\r\nTrellis-Request-Id: r-1\r\nother: ä\r\n\r\n";
  assertEquals(texts.slice(0, 6), [expected, expected, "", "", "", ""]);
  assertEquals(statuses, [0, 0, 0, 0, 0, 0, 503, 503]);
  const lot = traceLot({ subject: "a", data: encode(""), headerBytes: encode(expected) });
  assert(lot !== undefined);
  assertEquals(lots.slice(0, 2), [[lot, lot], [undefined, undefined]]);
});
