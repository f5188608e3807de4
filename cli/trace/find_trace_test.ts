import { assertEquals } from "@std/assert";
import { traceOf } from "../../contracts/live/trace.ts";
import { belongsTo } from "./find_trace.ts";

const REQUEST = "01K9ZQ4T0VWXY2A3B4C5D6E7F8";
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const OF_REQUEST = traceOf({ span: undefined, traceparent: undefined, requestId: REQUEST }).trace;

Deno.test("a message belongs to the trace that it says, else to that of the request that caused it", () => {
  const cases = [
    [TRACE, { cause: undefined, traceparent: TRACEPARENT }, true],
    [TRACE, { cause: `rpc:${REQUEST}`, traceparent: TRACEPARENT }, true],
    [OF_REQUEST, { cause: `rpc:${REQUEST}`, traceparent: TRACEPARENT }, false],
    [OF_REQUEST, { cause: `rpc:${REQUEST}`, traceparent: undefined }, true],
    [OF_REQUEST, { cause: `rpc:${REQUEST}`, traceparent: "not one" }, true],
    [OF_REQUEST, { cause: `event:${REQUEST}/mailer`, traceparent: undefined }, false],
    [TRACE, { cause: `rpc:${REQUEST}`, traceparent: undefined }, false],
    [TRACE, { cause: undefined, traceparent: undefined }, false],
  ] as const;
  for (const [trace, marks, expected] of cases) {
    assertEquals(belongsTo(trace, marks), expected, JSON.stringify(marks));
  }
});
