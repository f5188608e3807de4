import { assertEquals } from "@std/assert";
import {
  changedLayout,
  isLayoutField,
  layoutChanges,
  layoutOf,
  policyOf,
  replicasFor,
} from "./stream_layout.ts";

Deno.test("a deployment has what is set for it, else what is set for all, else what fits the cluster", () => {
  const policies = {
    replicas: 3,
    placement: { cluster: "east" },
    deployments: { orders: { replicas: 1 }, carts: { placement: { tags: ["ssd"] } } },
  } as const;
  assertEquals(policyOf({}), { replicas: "auto" });
  assertEquals(policyOf({}, "orders"), { replicas: "auto" });
  assertEquals(policyOf(policies, "orders"), { replicas: 1, placement: { cluster: "east" } });
  assertEquals(policyOf(policies, "carts"), { replicas: 3, placement: { tags: ["ssd"] } });
  assertEquals(policyOf(policies, "constructor"), policyOf(policies));
});

Deno.test("more replicas are always given, fewer only where somebody said so and Trellis gave them", () => {
  const auto = (servers: number) => layoutOf({}, servers);
  const three = layoutOf({ replicas: 3 }, 1);
  const one = layoutOf({ replicas: 1 }, 3);
  const rows = [
    ["new", auto(3), undefined, 3],
    ["a server alone", auto(1), { replicas: 1 }, 1],
    ["servers joined", auto(3), { replicas: 1, given: 1 }, 3],
    ["servers left", auto(1), { replicas: 3, given: 3 }, 3],
    ["raised by hand", auto(3), { replicas: 5 }, 5],
    ["raised", three, { replicas: 1, given: 1 }, 3],
    ["lowered", one, { replicas: 3, given: 3 }, 1],
    ["lowered, and raised by hand before", one, { replicas: 3, given: 1 }, 3],
    ["lowered, and made by an older Trellis", one, { replicas: 3 }, 3],
    ["lowered by hand", three, { replicas: 1, given: 3 }, 3],
  ] as const;
  for (const [what, layout, found, replicas] of rows) {
    assertEquals(replicasFor(layout, found), replicas, what);
  }
});

Deno.test("what is declared of a layout is compared, and nothing else", () => {
  const found = { replicas: 1, placement: { cluster: "east", tags: ["b", "a"] } };
  assertEquals(layoutChanges(layoutOf({}, 1), found), []);
  const same = { cluster: "east", tags: ["a", "b"] };
  assertEquals(layoutChanges(layoutOf({ placement: same }, 1), found), []);
  assertEquals(layoutChanges(layoutOf({ replicas: 3, placement: { tags: ["c"] } }, 1), found), [
    { field: "num_replicas", from: 1, to: 3 },
    { field: "placement", from: "cluster east, tags a b", to: "tags c" },
  ]);
  const isLayout = ["num_replicas", "index.num_replicas", "objects.placement", "max_age"]
    .map(isLayoutField);
  assertEquals(isLayout, [true, true, true, false]);
});

Deno.test("a policy is changed word by word, and what says nothing is gone", () => {
  const all = changedLayout({}, { replicas: 3, tags: ["ssd"] });
  assertEquals(all, { replicas: 3, placement: { tags: ["ssd"] } });
  const own = changedLayout(all, { deployment: "orders", replicas: "auto", cluster: "east" });
  assertEquals(own, {
    ...all,
    deployments: { orders: { replicas: "auto", placement: { cluster: "east" } } },
  });
  assertEquals(changedLayout(own, { deployment: "orders", replicas: 1 }).deployments, {
    orders: { replicas: 1, placement: { cluster: "east" } },
  });
  assertEquals(changedLayout(own, { cluster: "west" }).placement, {
    cluster: "west",
    tags: ["ssd"],
  });
  const without = changedLayout(own, { deployment: "orders", replicas: "none", cluster: "none" });
  assertEquals(without, all);
  assertEquals(changedLayout(all, { replicas: "none", tags: ["none"] }), {});
});
