import { assertEquals } from "@std/assert";
import { observedFigures } from "./observed_figures.ts";

Deno.test("figures have names without units, and those of RPCs are left to services", () => {
  const samples = [{ labels: { queue: "a" }, value: 3 }];
  const of = (name: string, type: "counter" | "gauge") => ({ name, help: "It.", type, samples });
  const observed = observedFigures([
    of("trellis_queue_depth", "gauge"),
    of("trellis_queue_oldest_age_seconds", "gauge"),
    of("trellis_reconciles_total", "counter"),
    of("trellis_rpc_requests_total", "counter"),
    { name: "trellis_other_seconds", help: "It.", type: "histogram", samples: [] },
  ]);
  assertEquals(observed.map(({ name, kind, unit }) => [name, kind, unit]), [
    ["trellis.queue.depth", "gauge", "1"],
    ["trellis.queue.oldest.age", "gauge", "s"],
    ["trellis.reconciles", "counter", "1"],
  ]);
  assertEquals(observed[0]?.samples, samples);
});
