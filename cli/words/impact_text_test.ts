import { assertEquals } from "@std/assert";
import type { Impact } from "../../reconcile/changes/impact.ts";
import { impactLines } from "./impact_text.ts";

const STATE: Impact = {
  bucket: "trellis_state",
  kind: "state",
  store: "drafts",
  effect: "detached",
  values: 1204,
  revisions: 1204,
  bytes: 2048,
  holders: 5,
  first: ["ada", "bob", "eve", "zoe"].map((user) => ({
    key: `note/${user}`,
    principal: `user:${user}`,
    createdAt: "",
  })),
  complete: true,
  scanned: 1300,
  at: "",
};

Deno.test("what a change costs in state names whose entries are concerned", () => {
  assertEquals(impactLines(STATE), [
    "1,204 entries of 5 users (2 KiB) in drafts would be out of reach; nothing is deleted",
    "note/ada of user:ada",
    "note/bob of user:bob",
    "note/eve of user:eve",
    "and of 2 more users",
  ]);
  const device = { key: "", principal: "device:d1", createdAt: "" };
  const one = { ...STATE, values: 1, holders: 1, first: [device] };
  assertEquals(impactLines({ ...one, effect: "outdated", damaged: 1 }), [
    "1 entry of 1 device (2 KiB) in drafts will be migrated by whoever reads them",
    "device:d1",
    "1 more is damaged: nobody can read what is stored there",
  ]);
  const misfit = { ...device, path: "/title", problem: "must be string" };
  assertEquals(impactLines({ ...one, effect: "invalid", first: [misfit], complete: false }), [
    "at least 1 entry of 1 device (2 KiB) in drafts would no longer fit the schema; only 1,300 " +
    "entries looked at",
    "device:d1: /title must be string",
  ]);
  const none = { ...STATE, values: 0, holders: 0, first: [], scanned: 1 };
  assertEquals(impactLines({ ...none, damaged: 2 }), [
    "no entry in drafts is concerned; 1 entry looked at",
    "2 more are damaged: nobody can read what is stored there",
  ]);
});
