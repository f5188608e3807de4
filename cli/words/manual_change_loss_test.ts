import { assertEquals } from "@std/assert";
import { manualChangeLoss } from "./manual_change_loss.ts";

Deno.test("a change outside Trellis is shown with what it may have deleted", () => {
  const history = (from: number, to: number) => manualChangeLoss([{ field: "history", from, to }]);
  const ttl = (from: number, to: number) => manualChangeLoss([{ field: "ttlMs", from, to }]);
  assertEquals(history(1, 3), "; older revisions may be gone");
  assertEquals(history(5, 3), "");
  assertEquals(ttl(1000, 0), "; what was older than 1000 ms may be gone");
  assertEquals(ttl(1000, 5000), "; what was older than 1000 ms may be gone");
  assertEquals(ttl(0, 5000), "");
  assertEquals(manualChangeLoss([{ field: "max_bytes", from: 1, to: -1 }]), "");
});
