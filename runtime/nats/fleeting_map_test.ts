import { assertEquals } from "@std/assert";
import { FleetingMap } from "./fleeting_map.ts";

Deno.test("what comes and goes is found while it is there, however often the map moves", () => {
  const map = new FleetingMap<number, string>();
  for (let n = 0; n < 10_000; n++) {
    map.set(n, `${n}`);
    assertEquals(map.delete(n - 3), n >= 3);
    assertEquals(map.get(n - 3), undefined);
    assertEquals(map.get(Math.max(0, n - 2)), `${Math.max(0, n - 2)}`);
  }
  assertEquals(map.size, 3);
  assertEquals(map.entries(), [[9997, "9997"], [9998, "9998"], [9999, "9999"]]);
  assertEquals(map.values(), ["9997", "9998", "9999"]);
});
