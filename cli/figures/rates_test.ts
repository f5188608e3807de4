import { assertEquals } from "@std/assert";
import { latencyClass, noLatency } from "../../contracts/live/latency.ts";
import { ratesOf } from "./rates.ts";

function total(rpc: string, requests: number, errors = 0, ms = 2) {
  const counts: number[] = [...noLatency().counts];
  counts[latencyClass(ms)] = requests;
  return {
    deployment: "orders",
    rpc,
    requests,
    processingMs: 0,
    errors: { full: errors },
    latency: { ...noLatency(), counts },
  };
}

Deno.test("rates are of what came between two looks, the busiest first", () => {
  const before = { at: 1000, rpcs: [total("Get", 100), total("Put", 50, 10)] };
  const now = { at: 3000, rpcs: [total("Get", 100), total("New", 4, 4), total("Put", 70, 15)] };
  const rates = ratesOf(before, now).map(({ rpc, perSecond, errorsPerSecond }) => [
    rpc,
    perSecond,
    errorsPerSecond,
  ]);
  assertEquals(rates, [["Put", 10, 2.5], ["New", 2, 2], ["Get", 0, 0]]);
});

Deno.test("what has had no request has no latency", () => {
  const before = { at: 0, rpcs: [total("Get", 100)] };
  const [idle] = ratesOf(before, { ...before, at: 1000 });
  assertEquals([idle?.p50Ms, idle?.p99Ms], [undefined, undefined]);
  const [busy] = ratesOf(before, { at: 1000, rpcs: [total("Get", 200)] });
  assertEquals([busy?.p50Ms, busy?.p99Ms], [1.75, 2.485]);
});
