import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";
import { undeclaredCapabilities } from "./undeclared_capabilities.ts";

const schemas = { Item: Type.Object({ id: Type.String() }) };

const graph = defineServiceContract({ schemas }, (ref) => ({
  id: "graph@v1",
  displayName: "Graph",
  description: "Knows users.",
  capabilities: { "users.read": { displayName: "Read users", description: "Sees users." } },
  rpc: { "Graph.Get": { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") } },
}));

function asking(keys: readonly string[], isUsing = false) {
  return defineServiceContract({ schemas }, (ref) => ({
    id: "orders@v1",
    displayName: "Orders",
    description: "Keeps orders.",
    ...(isUsing
      ? { uses: { required: { graph: graph.use({ rpc: { call: ["Graph.Get"] } }) } } }
      : {}),
    capabilities: { "orders.read": { displayName: "Read", description: "Sees orders." } },
    rpc: {
      "Orders.Get": {
        version: "v1",
        input: ref.schema("Item"),
        output: ref.schema("Item"),
        capabilities: { call: [...keys] },
      },
    },
  })).manifest;
}

Deno.test("a capability that no contract declares is found, with the place that asks for it", () => {
  const mistyped = asking(["orders.read", "orders.raed", "graph::users.reed", "none::x"]);
  assertEquals(undeclaredCapabilities([graph.manifest, mistyped]), [
    { contract: "orders@v1", place: "rpc Orders.Get, call", key: "orders.raed" },
    { contract: "orders@v1", place: "rpc Orders.Get, call", key: "graph::users.reed" },
    { contract: "orders@v1", place: "rpc Orders.Get, call", key: "none::x" },
  ]);
  assertEquals(undeclaredCapabilities([graph.manifest, asking(["graph::users.read"])]), []);
});

Deno.test("what a contract outside of the project declares is only known to those who use it", () => {
  const keys = ["graph::users.read"];
  assertEquals(undeclaredCapabilities([asking(keys, true)]), []);
  assertEquals(undeclaredCapabilities([asking(keys)]).map(({ key }) => key), keys);
});
