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

Deno.test("a projection that is made again says of how much, how long, and what cannot be made", () => {
  const impact: Impact = {
    bucket: "svc_bank_balances",
    kind: "projection",
    effect: "remade",
    values: 1020,
    revisions: 1020,
    bytes: 0,
    events: 12345,
    estimatedMs: 3200,
    first: [],
    complete: true,
    scanned: 1030,
    at: "",
  };
  assertEquals(impactLines(impact), [
    "1,020 values will be made again of 12,345 events, in about 3.2 s",
  ]);
  const first = [{ key: "a", createdAt: "" }];
  assertEquals(impactLines({ ...impact, effect: "unmade", values: 41, first, complete: false }), [
    "at least 41 keys in svc_bank_balances have their last event there and would have no value; " +
    "those that have lost older ones only are not counted",
    "first a, and 40 more",
    "12,345 events are left to make values of",
  ]);
  assertEquals(impactLines({ ...impact, effect: "unmade", values: 0 }), [
    "no key in svc_bank_balances has lost all of its events; those that have lost some are not counted",
    "12,345 events are left to make values of",
  ]);
  assertEquals(impactLines({ ...impact, effect: "unmade", values: 0, scanned: 0, events: 1 }), [
    "1 event is left to make values of",
  ]);
});

Deno.test("a change of an event says how many stored ones do not fit, as far as they were looked at", () => {
  const at = { createdAt: "", path: "/amount", problem: "must be number" };
  const { store: _, holders: __, ...rest } = STATE;
  const events: Impact = {
    ...rest,
    bucket: "Payment.Made",
    kind: "event",
    effect: "invalid",
    first: ["e1", "e2", "e3", "e4"].map((key) => ({ ...at, key })),
    pending: [],
  };
  const first = ["e1", "e2", "e3"].map((key) => `${key}: /amount must be number`);
  assertEquals(impactLines(events), [
    "1,204 of 1,300 stored events Payment.Made would no longer fit the schema",
    ...first,
    "and 1,201 more",
    "a group that is given them again, or a rebuild, gives them up",
  ]);
  assertEquals(
    impactLines({ ...events, complete: false })[0],
    "at least 1,204 of 1,300 stored " +
      "events Payment.Made would no longer fit the schema; only 1,300 events looked at",
  );
  assertEquals(impactLines({ ...events, values: 0, first: [] }), [
    "all of 1,300 stored events Payment.Made would still fit",
  ]);
  assertEquals(impactLines({ ...events, values: 0, first: [], complete: false }), [
    "no stored event Payment.Made was found so far that would not fit; only 1,300 events looked at",
  ]);
});
