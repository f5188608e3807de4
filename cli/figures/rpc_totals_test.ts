import { assertEquals } from "@std/assert";
import { latencyTotal } from "../../contracts/live/latency.ts";
import { EndpointCounter } from "../../runtime/rpc/endpoint_counter.ts";
import { endpointCounts } from "../deployments/endpoint_counts.ts";
import { RpcTotals } from "./rpc_totals.ts";

/** An instance that has answered so many requests, the last `errors` of them with an error. */
function instance(id: string, requests: number, errors = 0) {
  const counter = new EndpointCounter("Orders.Get");
  for (let i = 0; i < requests; i++) {
    counter.count(1, i < requests - errors ? undefined : { code: "full", message: "full" });
  }
  const endpoint = { subject: "rpc.v1.Orders.Get.*", ...counter.figures() };
  return { id, deployment: "orders", endpoints: endpointCounts([endpoint]) };
}

function figures(totals: RpcTotals) {
  return totals.list().map(({ requests, errors, latency, processingMs }) => [
    requests,
    errors.full ?? 0,
    latencyTotal(latency),
    processingMs,
  ]);
}

Deno.test("what instances tell is added up, and no total falls when one of them has ended", () => {
  const totals = new RpcTotals();
  totals.add([instance("a", 3), instance("b", 4, 1)]);
  assertEquals(figures(totals), [[7, 1, 7, 7]]);
  totals.add([instance("a", 5)]);
  assertEquals(figures(totals), [[9, 1, 9, 9]]);
  totals.add([instance("c", 2)]);
  assertEquals(figures(totals), [[11, 1, 11, 11]]);
});

Deno.test("an instance whose answer was late is not counted twice", () => {
  const totals = new RpcTotals();
  totals.add([instance("a", 3)]);
  totals.add([]);
  totals.add([instance("a", 4)]);
  assertEquals(figures(totals), [[4, 0, 4, 4]]);
});
