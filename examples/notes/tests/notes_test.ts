import { startTrellis } from "@qlever-llc/trellis/testing";
import { assertEquals } from "@std/assert";
import contract from "../contracts/notes.ts";
import { readPreferences } from "../preferences.ts";

Deno.test("what Ada keeps on one device is there on another, and only for her", async () => {
  await using trellis = await startTrellis({ contracts: [contract] });
  const laptop = await trellis.client(contract, { user: "ada" });
  await laptop.state.drafts.prefix("2026").put("monday", { title: "Shopping" });

  const phone = await trellis.client(contract, { user: "ada" });
  const { entries } = await phone.state.drafts.prefix("2026").list({ limit: 20 });
  assertEquals(entries.map(({ key, value }) => `${key}: ${value.title}`), ["monday: Shopping"]);

  const bob = await trellis.client(contract, { user: "bob" });
  assertEquals((await bob.state.drafts.list({ limit: 20 })).count, 0);
});

Deno.test("preferences are those that somebody has chosen", async () => {
  await using trellis = await startTrellis({ contracts: [contract] });
  const ada = await trellis.client(contract, { user: "ada" });
  assertEquals(await readPreferences(ada), { theme: "light", compact: false });
  await ada.state.preferences.put({ theme: "dark", compact: true });
  assertEquals(await readPreferences(ada), { theme: "dark", compact: true });
});
