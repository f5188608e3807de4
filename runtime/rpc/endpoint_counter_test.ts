import { assertEquals } from "@std/assert";
import { LATENCY_BOUNDS_MS, latencyClass, noLatency } from "../../contracts/live/latency.ts";
import { EndpointCounter } from "./endpoint_counter.ts";

Deno.test("an endpoint tells how many requests took how long, and which errors they ended with", () => {
  const counter = new EndpointCounter("Orders.Get");
  counter.count(0.3);
  counter.count(30);
  counter.count(0.3, { code: "NotFoundError", message: "there is no order zz" });
  const counts: number[] = [...noLatency().counts];
  counts[latencyClass(0.3)] = 2;
  counts[latencyClass(30)] = 1;
  const { num_requests, num_errors, last_error, data } = counter.figures();
  assertEquals([num_requests, num_errors, last_error], [3, 1, "there is no order zz"]);
  assertEquals(data, {
    name: "Orders.Get",
    latency: { boundsMs: [...LATENCY_BOUNDS_MS], counts },
    errors: { NotFoundError: 1 },
  });
});

Deno.test("however many codes a handler makes up, the figures stay small", () => {
  const counter = new EndpointCounter("Orders.Get");
  for (let i = 0; i < 1000; i++) counter.count(1, { code: `E${i}`, message: "no" });
  const { errors } = counter.figures().data;
  assertEquals(Object.keys(errors).length, 33);
  assertEquals(errors.other, 1000 - 32);
});
