import { assertEquals } from "@std/assert";
import { namesText } from "./check_layout.ts";

Deno.test("the names are those of servers that keep streams", () => {
  const server = { cluster: "east", tags: ["ssd"], jetstream: true };
  const others = [
    { ...server, tags: ["ssd", "disk"] },
    { ...server, cluster: "west", tags: [] },
    { cluster: "edge", tags: ["edge"], jetstream: false },
  ];
  assertEquals(
    namesText([server, ...others], "east"),
    "name what there is: clusters east, west; tags disk, ssd; 3 servers keep streams",
  );
  assertEquals(namesText([], "east"), "name what there is: cluster east");
});
