import { assertEquals, assertStringIncludes } from "@std/assert";
import { keptJson, keptText, keptTroubles } from "./kept_view.ts";

const three = { found: { replicas: 3 }, isLed: true, behind: [] };

Deno.test("status counts streams by their replicas, and names those that stand still", () => {
  const streams = [
    { stream: "KV_a", ...three },
    { stream: "KV_b", ...three, behind: ["n1"] },
    { stream: "KV_c", ...three, found: { replicas: 1 } },
    { stream: "KV_d", isLed: false, behind: [] },
  ];
  assertEquals([keptText([]), keptJson([]), keptTroubles([])], ["", null, []]);
  assertEquals(keptText(streams), "streams  2 with 3 replicas, 1 with 1 replica");
  assertEquals(keptJson(streams), {
    byReplicas: { 1: 1, 3: 2 },
    withoutLeader: ["KV_d"],
    behind: ["KV_b"],
    servers: ["n1"],
  });
  const [unled, behind] = keptTroubles(streams);
  assertStringIncludes(unled?.message ?? "", "no server leads KV_d");
  assertStringIncludes(unled?.hint ?? "", "n1 is missing or behind");
  assertStringIncludes(behind?.message ?? "", "1 stream is not up to date on n1");
});
