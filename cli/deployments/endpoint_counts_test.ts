import { assertEquals } from "@std/assert";
import { EndpointCounter } from "../../runtime/rpc/endpoint_counter.ts";
import { endpointCounts } from "./endpoint_counts.ts";

function told(): Record<string, unknown> {
  const counter = new EndpointCounter("Orders.Get");
  counter.count(2);
  return JSON.parse(JSON.stringify({ subject: "rpc.v1.Orders.Get.*", ...counter.figures() }));
}

Deno.test("what an endpoint counts is read as it was counted", () => {
  const [counts] = endpointCounts([told()]);
  assertEquals([counts?.name, counts?.subject], ["Orders.Get", "rpc.v1.Orders.Get.*"]);
  assertEquals([counts?.requests, counts?.processingMs, counts?.errors], [1, 2, {}]);
});

Deno.test("endpoints that tell too little, or something else, are left out", () => {
  const { data, ...older } = told();
  const wrong = [
    older,
    { ...told(), num_requests: -1 },
    { ...told(), subject: 1 },
    { ...told(), data: { ...data as object, latency: { boundsMs: [1, 2], counts: [1, 2] } } },
    { ...told(), data: { ...data as object, latency: { boundsMs: [2, 1], counts: [1, 2, 3] } } },
    { ...told(), data: { ...data as object, errors: { no: "number" } } },
    null,
  ];
  for (const one of wrong) assertEquals(endpointCounts([one]), [], JSON.stringify(one));
  assertEquals(endpointCounts("nothing"), []);
});
