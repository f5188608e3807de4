import { assertEquals } from "@std/assert";
import type { DiscoveredContract } from "./discovery.ts";
import type { ManifestEvent } from "../manifest/manifest.ts";
import { findCollisions } from "./surface_collisions.ts";

function events(file: string, names: Readonly<Record<string, readonly string[]>>, version = "v1") {
  const event = (params: readonly string[]): ManifestEvent => ({
    version,
    subject: "",
    event: { schema: "E" },
    params,
  });
  const contract: DiscoveredContract = {
    id: `${file}@v1`,
    kind: "service",
    digest: "",
    file,
    manifest: {
      format: "trellis.contract.v1",
      id: `${file}@v1`,
      displayName: file,
      description: file,
      kind: "service",
      events: Object.fromEntries(Object.entries(names).map(([name, p]) => [name, event(p)])),
    },
  };
  return contract;
}

function paths(...contracts: readonly DiscoveredContract[]): readonly string[] {
  return findCollisions(contracts).map(({ file, path }) => file + path);
}

Deno.test("one name in two contracts collides whatever its params, but not across versions", () => {
  assertEquals(paths(events("a", { X: [] }), events("b", { X: ["/id"] })), [
    "a/events/X",
    "b/events/X",
  ]);
  assertEquals(paths(events("a", { X: [] }), events("b", { X: [] }, "v2")), []);
  assertEquals(paths(events("a", { X: [], Y: [] }), events("b", { Z: [] })), []);
});

Deno.test("a param that matches another event's name collides", () => {
  assertEquals(paths(events("a", { "Orders": ["/id"] }), events("b", { "Orders.Created": [] })), [
    "b/events/Orders.Created",
    "a/events/Orders",
  ]);
  assertEquals(
    paths(events("a", { "Orders": ["/id"] }), events("b", { "Orders.Created": ["/id"] })),
    [],
  );
  assertEquals(
    paths(events("a", { "Orders": ["/a", "/b"] }), events("b", { "Orders.Created": ["/id"] })),
    ["b/events/Orders.Created", "a/events/Orders"],
  );
});

Deno.test("many contracts are compared in little time", () => {
  const many = Array.from({ length: 2000 }, (_, i) => events(`c${i}`, { [`E${i}.X.Y`]: ["/id"] }));
  const start = performance.now();
  assertEquals(findCollisions(many), []);
  const took = performance.now() - start;
  assertEquals(took < 5000, true, `${took} ms`);
});
