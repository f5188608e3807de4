import { assertEquals } from "@std/assert";
import { filesToGiveWay } from "./fair_room.ts";

const file = (owner: string, since: string, chunks: number) => ({ owner, since, chunks });

Deno.test("of whoever has more than half of the room the newest files give way, and never the oldest", () => {
  const [first, second, third] = [file("ada", "1", 10), file("ada", "2", 20), file("ada", "3", 5)];
  const small = file("bob", "0", 2);
  const giving = (files: readonly ReturnType<typeof file>[], ...asking: readonly string[]) =>
    filesToGiveWay(files, new Set(asking));
  assertEquals(giving([second, third, first, small], "eve"), [third, second]);
  // For nobody else.
  assertEquals(giving([second, third, first, small], "ada"), []);
  assertEquals(giving([second, third, first, small]), []);
  // One file takes as long as it takes.
  assertEquals(giving([first, small], "bob"), []);
  // Half of it is everybody's.
  assertEquals(giving([first, file("bob", "0", 10)], "eve"), []);
  assertEquals(giving([first, third, file("bob", "0", 12)], "ada", "eve"), [third]);
});
