import { assertEquals } from "@std/assert";
import { closest } from "./did_you_mean.ts";

Deno.test("a name is found by a few wrong letters, or its beginning, in whichever case", () => {
  const names = ["Rooms.Close", "Rooms.List", "--json"];
  assertEquals(closest("Rooms.Clsoe", names), "Rooms.Close");
  assertEquals(closest("rooms.clsoe", names), "Rooms.Close");
  assertEquals(closest("Rooms.L", names), "Rooms.List");
  assertEquals(closest("--js", names), "--json");
  assertEquals(closest("Bookings.Make", names), undefined);
});
