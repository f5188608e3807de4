import { assertEquals } from "@std/assert";
import { type Bindings, parseBindings } from "./bindings.ts";

const bindings: Bindings = {
  format: "trellis.bindings.v1",
  deployment: "orders-service",
  contract: "orders-service@v1",
  digests: ["d"],
  version: 3,
  kv: { orders: { bucket: "svc_orders_orders", history: 1, ttlMs: 0 } },
  store: { files: { name: "svc_orders_files", ttlMs: 0 } },
};

Deno.test("bindings are read as they were written", () => {
  assertEquals(parseBindings(JSON.parse(JSON.stringify(bindings))), bindings);
});

Deno.test("what is no binding of this format is none", () => {
  for (
    const value of [null, undefined, 1, "x", [], {}, { ...bindings, format: "trellis.bindings.v2" }]
  ) {
    assertEquals(parseBindings(value), undefined);
  }
});

Deno.test("no member may have another type than the bindings' type says", () => {
  const wrong: readonly Record<string, unknown>[] = [
    { deployment: 1 },
    { contract: 1 },
    { digests: "d" },
    { digests: [1] },
    { version: "3" },
    { kv: [] },
    { kv: { orders: 1 } },
    { kv: { orders: { bucket: 1, history: 1, ttlMs: 0 } } },
    { kv: { orders: { bucket: "b", ttlMs: 0 } } },
    { store: { files: { ttlMs: 0 } } },
    { store: { files: { name: "n", ttlMs: "0" } } },
  ];
  const accepted = wrong.filter((change) =>
    parseBindings({ ...bindings, ...change }) !== undefined
  );
  assertEquals(accepted, []);
});
