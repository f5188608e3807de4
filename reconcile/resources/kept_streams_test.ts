import { assertEquals } from "@std/assert";
import { loweredStreams } from "../authority/change_policy.ts";
import { countByReplicas, keptProblems } from "./kept_streams.ts";

const well = { isLed: true, behind: [] };
const three = { found: { replicas: 3, given: 3 }, ...well };

Deno.test("what is wrong with how streams are kept is summed up, with the servers that are behind", () => {
  assertEquals(keptProblems([{ stream: "a", ...three }]), undefined);
  const streams = [
    { stream: "a", ...three, behind: ["n2"] },
    { stream: "b", ...three, behind: ["n2", "n0"] },
    { stream: "c", isLed: false, behind: [] },
    // Without a leader nobody knows who is behind.
    { stream: "d", ...three, isLed: false, behind: ["n1"] },
  ];
  assertEquals(keptProblems(streams), {
    unled: ["c", "d"],
    behind: ["a", "b"],
    servers: ["n0", "n2"],
  });
  assertEquals(countByReplicas(streams), { 3: 3 });
});

Deno.test("only streams that a policy would leave fewer replicas are lowered", () => {
  const streams = [
    { stream: "own", ...three },
    { stream: "orders", deployment: "orders", ...three },
    { stream: "hand", deployment: "orders", found: { replicas: 5, given: 3 }, ...well },
    { stream: "silent", isLed: false, behind: [] },
  ];
  const names = (policy: Parameters<typeof loweredStreams>[1]) =>
    loweredStreams(streams, policy).map(({ stream }) => stream);
  assertEquals(names({}), []);
  assertEquals(names({ replicas: "auto" }), []);
  assertEquals(names({ replicas: 5 }), []);
  assertEquals(names({ replicas: 1 }), ["own", "orders"]);
  assertEquals(names({ deployments: { orders: { replicas: 1 } } }), ["orders"]);
  assertEquals(names({ replicas: 1, deployments: { orders: { replicas: 3 } } }), ["own"]);
});
