import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cronJobId, KEY_LANES } from "../../contracts/stored/job_names.ts";
import { keyAt, laneOf } from "../../contracts/stored/key_lane.ts";
import { idInSlot, keySlot, slotOfId, uniqueSlot } from "./queue_key.ts";
import { parseScheduledId, scheduleOfSlot } from "./scheduled_id.ts";

const ULID = "01M8MYJJZFJ1V1858TE6FV25K5";

Deno.test("a key leads to one lane and to slots that are tokens, and an id tells its slot", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(15), (key, number) => {
    const lane = laneOf(key);
    assert(Number.isInteger(lane) && lane >= 0 && lane < KEY_LANES);
    assertEquals(laneOf(structuredClone(key)), lane);
    for (const slot of [uniqueSlot(key), keySlot(key, number)]) {
      assert(/^[A-Za-z0-9_-]+$/.test(slot), slot);
      assertEquals(slotOfId(idInSlot(ULID, slot)), slot);
    }
  }));
  assertEquals(slotOfId(ULID), ULID);
  assertEquals(slotOfId("of-its-author"), "of-its-author");
  assert(uniqueSlot("a") !== uniqueSlot(["a"]));
  assertEquals(keyAt({ a: { b: 0 } }, "/a/b"), 0);
  assertEquals(keyAt({}, "/a"), "");
});

Deno.test("the id of a job of a schedule says which schedule and which time", () => {
  const time = new Date("2026-11-30T03:00:00.000Z");
  for (const schedule of ["nightly", "a-b", "a_b"]) {
    const id = cronJobId(schedule, time);
    assertEquals(parseScheduledId(id), { schedule, time });
    assertEquals(slotOfId(id), `cron-${schedule}`);
    assertEquals(scheduleOfSlot(`cron-${schedule}`), schedule);
    assertEquals(scheduleOfSlot(id), undefined);
  }
  assertEquals(parseScheduledId("cron-nightly"), undefined);
});
